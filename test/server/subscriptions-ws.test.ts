import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startWorld, type World } from './subscriptions-world.ts';

type Options = Partial<Parameters<typeof createClient>[0]>;

function clientFor({ wsUrl }: World, options: Options = {}): Client {
  const client = createClient({ url: wsUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
  onTestFinished(() => void client.dispose());
  return client;
}

/** Everything that one subscription gets. */
function collect(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const results: { data?: Record<string, unknown> | null | undefined }[] = [];
  const ended = Promise.withResolvers<unknown>();
  const stop = client.subscribe<Record<string, unknown>>(
    { query, variables },
    {
      next: (result) => results.push(result),
      error: (error) => ended.resolve(error),
      complete: () => ended.resolve('complete'),
    },
  );
  return { results, ended: ended.promise, stop };
}

test('events come, each executed with a context of its own, until the client completes', async () => {
  const world = await startWorld();
  const { bus, contexts } = world;
  const { results, stop, ended } = collect(clientFor(world), 'subscription { events { n context requestId } }');
  await expect.poll(() => bus.listeners).toBe(1);
  bus.publish({ n: 1 });
  bus.publish({ n: 2 });
  await expect.poll(() => results.length).toBe(2);
  const requestId = contexts[0]?.info.requestId;
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(results).toEqual([
    { data: { events: { n: 1, context: 1, requestId } } },
    { data: { events: { n: 2, context: 2, requestId } } },
  ]);
  stop();
  await ended;
  await expect.poll(() => bus.listeners).toBe(0);
  expect(bus.returns).toBe(1);
});

test('the deadline of an event counts from its arrival', async () => {
  let now = 1000;
  const world = await startWorld({ now: () => now, requestDeadlineMs: 500 });
  const { results } = collect(clientFor(world), 'subscription { events { deadline } }');
  await expect.poll(() => world.bus.listeners).toBe(1);
  now = 9000;
  world.bus.publish({ n: 1 });
  await expect.poll(() => results).toEqual([{ data: { events: { deadline: 9500 } } }]);
  expect(world.contexts[0]?.info.deadline).toBe(1500);
});

test('an event may bring its context', async () => {
  const world = await startWorld();
  const { results, ended } = collect(clientFor(world), 'subscription { own { n context } }');
  expect(await ended).toBe('complete');
  expect(results.map(({ data }) => data?.own)).toEqual([
    { n: 1, context: 77 },
    { n: 2, context: 1 },
  ]);
});

test('the contexts of events can be made from that of the subscription', async () => {
  const world = await startWorld({ forkContext: (context, info) => ({ ...context, info }) });
  const { results, ended } = collect(clientFor(world), 'subscription { three { context } }');
  expect(await ended).toBe('complete');
  expect(results.map(({ data }) => data?.three)).toEqual([{ context: 0 }, { context: 0 }, { context: 0 }]);
  expect(world.contexts).toHaveLength(1);
});

test('what the client says of itself when it connects is known to contexts', async () => {
  const world = await startWorld();
  const client = clientFor(world, { connectionParams: { authorization: 'Bearer x' } });
  const { results, ended } = collect(client, 'subscription { three { authorization } }');
  await ended;
  expect(results[0]).toEqual({ data: { three: { authorization: 'Bearer x' } } });
});

const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);
const internal = {
  message: 'Something went wrong inside the gateway.',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId },
};

test.each([
  ['{ hello }', 'BAD_USER_INPUT', 'Expected a subscription, got a query; send queries and mutations by POST /graphql.'],
  ['mutation { touch }', 'BAD_USER_INPUT', /^Expected a subscription, got a mutation/],
  ['subscription {', 'GRAPHQL_PARSE_FAILED', /^Syntax Error/],
  ['subscription { nope }', 'GRAPHQL_VALIDATION_FAILED', /^Cannot query field "nope"/],
  ['subscription { events @skip(if: true) { n } }', 'GRAPHQL_VALIDATION_FAILED', /no @skip and no @include/],
  [
    'subscription { ...F } fragment F on Subscription { ... @include(if: false) { events { n } } }',
    'GRAPHQL_VALIDATION_FAILED',
    /no @skip and no @include/,
  ],
  ['subscription { events { n } three { n } }', 'GRAPHQL_VALIDATION_FAILED', /must select only one/],
  ['subscription A { events { n } } subscription B { events { n } }', 'BAD_USER_INPUT', /^Expected the name/],
  ['subscription($n: Int!) { limit(n: $n) { n } }', 'BAD_USER_INPUT', /^Variable "\$n"/],
  ['subscription { limit(n: -1) { n } }', 'BAD_USER_INPUT', 'Expected a number above 0.'],
  ['subscription { limited { n } }', 'UPSTREAM_RATE_LIMITED', 'Flex takes no more requests now.'],
  ['subscription { bug { n } }', 'INTERNAL_SERVER_ERROR', internal.message],
  ['subscription { noStream { n } }', 'INTERNAL_SERVER_ERROR', internal.message],
])('%s is refused: %s', async (query, code, message) => {
  const world = await startWorld();
  const client = clientFor(world);
  const error = await collect(client, query).ended;
  expect(error).toMatchObject([{ message: expect.stringMatching(message), extensions: { code, requestId } }]);
  expect(JSON.stringify(error)).not.toMatch(/stack|secret/);
  expect(world.lines.join('')).toMatch(code === 'INTERNAL_SERVER_ERROR' ? /a request met a bug/ : /^$/);
  expect(await world.metric(`graphql_errors_total{code="${code}"}`)).toBe(1);
  expect(await world.metric('subscriptions_active{transport="ws"}')).toSatisfy((value) => !value);
});

const ENDLESS = `subscription ${'{a'.repeat(60_000)}`;

test.each([
  [
    'too long',
    `subscription { ${'a '.repeat(5000)} }`,
    'a document of at most 2000 tokens, got 5003',
    { limit: 'tokens', allowed: 2000, got: 5003 },
  ],
  [
    'too deep',
    `subscription ${'{a'.repeat(660)}${'}'.repeat(660)}`,
    'fields nested at most 12 deep, got 660',
    { limit: 'depth', allowed: 12, got: 660 },
  ],
  [
    'too deep to be read',
    ENDLESS,
    'a document of at most 2000 tokens, got at least 22000',
    { limit: 'tokens', allowed: 2000, got: 22_000 },
  ],
])('a document that is %s is refused', async (_, query, sentence, numbers) => {
  const client = clientFor(await startWorld());
  expect(await collect(client, query).ended).toEqual([
    {
      message: `Expected ${sentence}.`,
      extensions: { code: 'QUERY_TOO_COMPLEX', ...numbers, retryable: false, requestId },
    },
  ]);
});

test('a document that ends the stack of the parser is refused', async () => {
  const client = clientFor(await startWorld({ queryLimits: { tokens: 1_000_000 } }));
  expect(await collect(client, ENDLESS).ended).toMatchObject([
    { message: 'The document is nested too deeply.', extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
  ]);
});

test('without introspection neither the schema nor its names are told', async () => {
  const world = await startWorld({ introspection: false });
  const client = clientFor(world);
  const query = 'subscription S { even { n } } query Q { __schema { queryType { name } } }';
  expect(await collect(client, query).ended).toMatchObject([
    { message: 'Cannot query field "even" on type "Subscription".' },
    { message: 'This gateway does not show its schema (INTROSPECTION is off).' },
  ]);
});

test('an event with errors is delivered, and the stream goes on', async () => {
  const world = await startWorld();
  const { results } = collect(clientFor(world), 'subscription { events { n limited bug } }');
  await expect.poll(() => world.bus.listeners).toBe(1);
  world.bus.publish({ n: 1 });
  world.bus.publish({ n: 2 });
  await expect.poll(() => results.length).toBe(2);
  expect(results[1]).toEqual({
    data: { events: { n: 2, limited: null, bug: null } },
    errors: [
      {
        message: 'Flex takes no more requests now.',
        path: ['events', 'limited'],
        locations: expect.any(Array),
        extensions: { code: 'UPSTREAM_RATE_LIMITED', retryable: true, requestId },
      },
      { ...internal, path: ['events', 'bug'], locations: expect.any(Array) },
    ],
  });
  expect(world.lines).toHaveLength(2);
  expect(await world.metric('subscription_events_total{transport="ws"}')).toBe(2);
});

test('a context that cannot be made is an error of its event', async () => {
  let made = 0;
  const world = await startWorld({
    createContext(info) {
      made += 1;
      if (made === 2) throw new Error('secret');
      return { info, touched: [], gate: Promise.resolve(), number: made };
    },
  });
  const { results, ended } = collect(clientFor(world), 'subscription { three { n } }');
  expect(await ended).toBe('complete');
  expect(results).toEqual([{ errors: [internal] }, { data: { three: { n: 2 } } }, { data: { three: { n: 3 } } }]);
});

test('a source that breaks ends its subscription with an error that tells nothing', async () => {
  const world = await startWorld();
  const { results, ended } = collect(clientFor(world), 'subscription { breaks { n } }');
  expect(await ended).toEqual([internal]);
  expect(results).toHaveLength(1);
  expect(world.lines).toHaveLength(1);
  expect(await world.metric('subscriptions_active{transport="ws"}')).toBe(0);
});

test('something old is told as for queries', async () => {
  const world = await startWorld({ cacheReport: () => ({ hits: 1, misses: 0, isStale: true, freshUntil: null }) });
  const { results, ended } = collect(clientFor(world), 'subscription { three { n } }');
  await ended;
  expect(results[0]).toMatchObject({ extensions: { cache: { stale: true } } });
});

test('stopping closes with 1012, and the client subscribes again by itself', async () => {
  const first = await startWorld();
  const second = await startWorld();
  let url = first.wsUrl;
  const closes: unknown[] = [];
  const client = clientFor(first, {
    url: () => url,
    retryAttempts: 3,
    retryWait: () => sleep(10),
    on: { closed: (event) => closes.push(event) },
  });
  const { results, ended, stop } = collect(client, 'subscription { events { n } }');
  await expect.poll(() => first.bus.listeners).toBe(1);
  url = second.wsUrl;
  const startedAt = performance.now();
  await first.stop(5000);
  expect(performance.now() - startedAt).toBeLessThan(2500);
  expect(closes).toMatchObject([{ code: 1012, reason: 'Service restart' }]);
  expect(first.bus).toMatchObject({ listeners: 0, returns: 1 });
  await expect.poll(() => second.bus.listeners).toBe(1);
  second.bus.publish({ n: 7 });
  await expect.poll(() => results).toEqual([{ data: { events: { n: 7 } } }]);
  stop();
  expect(await ended).toBe('complete');
});
