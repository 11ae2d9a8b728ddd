import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-sse';
import { expect, onTestFinished, test } from 'vitest';
import { openStream } from './subscriptions-raw.ts';
import { expectOver, startWorld, type World } from './subscriptions-world.ts';

const EVENTS = 'subscription { events { n } }';

type Options = {
  singleConnection?: boolean;
  url?: () => string;
  headers?: Record<string, string>;
  retryAttempts?: number;
  retry?: () => Promise<void>;
};

function clientFor({ streamUrl }: World, { singleConnection = false, url, ...options }: Options = {}): Client<boolean> {
  const shared = { url: url ?? streamUrl, retryAttempts: 0, ...options };
  const client: Client<boolean> = singleConnection
    ? createClient<true>({ ...shared, singleConnection: true })
    : createClient<false>({ ...shared, singleConnection: false });
  onTestFinished(() => client.dispose());
  return client;
}

/** Everything that one subscription gets. */
function collect(client: Client<boolean>, query: string) {
  const results: { data?: Record<string, unknown> | null; errors?: readonly unknown[] }[] = [];
  const ended = Promise.withResolvers<unknown>();
  const stop = client.subscribe<Record<string, unknown>>(
    { query },
    {
      next: (result) => results.push(result as (typeof results)[number]),
      error: (error) => ended.resolve(error),
      complete: () => ended.resolve('complete'),
    },
  );
  return { results, ended: ended.promise, stop };
}

test.each([false, true])('events come until the client completes (single connection: %s)', async (singleConnection) => {
  const world = await startWorld();
  const { bus } = world;
  const client = clientFor(world, { singleConnection, headers: { authorization: 'Bearer x' } });
  const { results, stop, ended } = collect(client, 'subscription { events { n context authorization } }');
  await expect.poll(() => bus.listeners).toBe(1);
  expect(await world.metric('subscriptions_active{transport="sse"}')).toBe(1);
  bus.publish({ n: 1 });
  bus.publish({ n: 2 });
  await expect.poll(() => results.length).toBe(2);
  expect(results).toEqual([
    { data: { events: { n: 1, context: 1, authorization: 'Bearer x' } } },
    { data: { events: { n: 2, context: 2, authorization: 'Bearer x' } } },
  ]);
  stop();
  await ended;
  await expectOver(world);
  expect(bus.returns).toBe(1);
  expect(world.lines).toEqual([]);
});

test.each([false, true])('a source that ends completes (single connection: %s)', async (singleConnection) => {
  const world = await startWorld();
  const { results, ended } = collect(clientFor(world, { singleConnection }), 'subscription { three { n } }');
  expect(await ended).toBe('complete');
  expect(results.map(({ data }) => data?.three)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  await expectOver(world);
});

test('subscriptions share one connection, and one can be completed alone', async () => {
  const world = await startWorld();
  const client = clientFor(world, { singleConnection: true });
  const first = collect(client, EVENTS);
  const second = collect(client, EVENTS);
  await expect.poll(() => world.bus.listeners).toBe(2);
  world.bus.publish({ n: 1 });
  await expect.poll(() => first.results.length + second.results.length).toBe(2);
  first.stop();
  await expect.poll(() => world.bus.listeners).toBe(1);
  world.bus.publish({ n: 2 });
  await expect.poll(() => second.results.length).toBe(2);
  expect(first.results).toHaveLength(1);
  client.dispose();
  await expectOver(world);
  expect(world.bus.returns).toBe(2);
});

const internal = {
  message: 'Something went wrong inside the gateway.',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
};

test.each([
  ['{ hello }', 'BAD_USER_INPUT'],
  ['subscription {', 'GRAPHQL_PARSE_FAILED'],
  ['subscription { nope }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { events @include(if: false) { n } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { limited { n } }', 'UPSTREAM_RATE_LIMITED'],
  ['subscription { bug { n } }', 'INTERNAL_SERVER_ERROR'],
])('%s is refused with a result of errors, in both modes', async (query, code) => {
  const world = await startWorld();
  for (const singleConnection of [false, true]) {
    const { results, ended } = collect(clientFor(world, { singleConnection }), query);
    expect(await ended).toBe('complete');
    expect(results).toMatchObject([{ errors: [{ extensions: { code, requestId: expect.any(String) } }] }]);
    expect(JSON.stringify(results)).not.toMatch(/stack|secret/);
  }
  await expectOver(world);
});

test('a source that breaks gives a last result that tells nothing', async () => {
  const world = await startWorld();
  const { results, ended } = collect(clientFor(world), 'subscription { breaks { n } }');
  expect(await ended).toBe('complete');
  expect(results).toMatchObject([{ data: { breaks: { n: 1 } } }, { errors: [internal] }]);
});

test('proxies are told neither to keep nor to change what comes, and it comes beyond the time for requests', async () => {
  const world = await startWorld({ headersTimeoutMs: 100, requestTimeoutMs: 150 });
  const response = await openStream(world.streamUrl, EVENTS);
  let text = '';
  response.on('data', (chunk) => (text += chunk));
  await sleep(1500);
  world.bus.publish({ n: 5 });
  await expect.poll(() => text).toContain('data: {"data":{"events":{"n":5}}}');
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.any(String),
  });
  // A comment right away: some browsers wait for a first byte.
  expect(text).toMatch(/^:\n\n/);
  response.destroy();
  await expectOver(world);
});

test.each([false, true])(
  'stopping ends streams, and the client subscribes again (single: %s)',
  async (singleConnection) => {
    const first = await startWorld();
    const second = await startWorld();
    let url = first.streamUrl;
    const client = clientFor(first, { singleConnection, url: () => url, retryAttempts: 3, retry: () => sleep(10) });
    const { results, ended } = collect(client, EVENTS);
    await expect.poll(() => first.bus.listeners).toBe(1);
    first.bus.publish({ n: 1 });
    await expect.poll(() => results.length).toBe(1);
    url = second.streamUrl;
    const startedAt = performance.now();
    await first.stop(5000);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect(first.bus).toMatchObject({ listeners: 0, returns: 1 });
    await expect.poll(() => second.bus.listeners, { timeout: 5000 }).toBe(1);
    second.bus.publish({ n: 2 });
    await expect.poll(() => results.length).toBe(2);
    expect(results).toEqual([{ data: { events: { n: 1 } } }, { data: { events: { n: 2 } } }]);
    client.dispose();
    await Promise.race([ended, sleep(100)]);
  },
);
