import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { apiKeyCheck } from '../../src/auth/api-keys.ts';
import type { Caller } from '../../src/checkout/caller.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import type { GraphQLServerOptions } from '../../src/server/index.ts';
import { keysFor } from './auth-callers.ts';
import { openRaw, subscribe } from './subscriptions-raw.ts';
import { expectOver, startWorld, type World } from './subscriptions-world.ts';

type Authenticate = NonNullable<GraphQLServerOptions<object>['authenticate']>;

const check = apiKeyCheck(keysFor({ reader: ['checkout:read'], writer: ['checkout:write'], other: ['checkout:read'] }));
const authenticate: Authenticate = async (presented) => check(presented);
const start = (overrides: Parameters<typeof startWorld>[0] = {}) => startWorld({ authenticate, ...overrides });
const as = (name: string) => ({ authorization: `Bearer key-of-${name}` });

const EVENTS = 'subscription { events { n } }';

/** A WebSocket that begins to speak with these parameters; `ack` tells whether it was let in. */
async function speak(world: World, payload: unknown, headers: Record<string, string> = {}) {
  const socket = new WebSocket(world.wsUrl, 'graphql-transport-ws', { headers });
  onTestFinished(() => socket.terminate());
  const messages: { type: string; id?: string; payload?: unknown }[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', ...(payload !== undefined && { payload }) }));
  const ack = await Promise.race([
    closed.then(() => false),
    new Promise<boolean>((resolve) => socket.once('message', () => resolve(true))),
  ]);
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  return { ack, closed, messages, send, socket };
}

test.each([
  [as('reader'), {}],
  [{ Authorization: 'Bearer key-of-reader' }, {}],
  [{ 'x-api-key': 'key-of-reader' }, {}],
  [undefined, as('reader')],
  [{ lang: 'en' }, { 'x-api-key': 'key-of-reader' }],
])('a WebSocket is let in by its parameters or its handshake: %j %j', async (params, headers) => {
  const world = await start();
  const { ack, send, messages } = await speak(world, params, headers);
  expect(ack).toBe(true);
  send(subscribe('1', EVENTS));
  await expect.poll(() => world.bus.listeners).toBe(1);
  expect(world.contexts.map(({ info }) => info.caller.name)).toEqual(['key:reader']);
  world.bus.publish({ n: 1 });
  await expect.poll(() => messages.at(-1)).toEqual({ id: '1', type: 'next', payload: { data: { events: { n: 1 } } } });
  expect(world.contexts.map(({ info }) => info.caller.name)).toEqual(['key:reader', 'key:reader']);
});

test.each<[unknown, Record<string, string>]>([
  [undefined, {}],
  [{}, {}],
  [{ authorization: 'Bearer wrong' }, {}],
  [{ authorization: 'Bearer wrong' }, as('reader')],
  [{ authorization: null }, as('reader')],
  [{ authorization: { toString: 'x' } }, {}],
  [{ ...as('reader'), 'x-api-key': 'key-of-other' }, {}],
  [{ ...as('reader'), Authorization: 'Bearer key-of-other' }, {}],
  [{ headers: as('reader') }, {}],
])('a WebSocket is closed to strangers: %j %j', async (params, headers) => {
  const world = await start();
  const { ack, closed, messages } = await speak(world, params, headers);
  expect(ack).toBe(false);
  expect(await closed).toEqual({ code: 4403, reason: 'Forbidden' });
  expect(messages).toEqual([]);
  expect(world.lines).toEqual([]);
});

test('nothing is started for who does not wait to be let in', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const world = await start({ authenticate: (presented) => promise.then(() => check(presented)) });
  const { send, closed } = await openRaw(world.wsUrl, { init: false });
  send({ type: 'connection_init', payload: as('reader') });
  send(subscribe('1', EVENTS));
  expect(await closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  resolve();
  const early = await openRaw(world.wsUrl, { init: false });
  early.send(subscribe('1', EVENTS));
  expect((await early.closed).code).toBe(4401);
  expect(world.contexts).toEqual([]);
});

test('an event stream is not begun for a client that goes away while it is looked up how often it asks', async () => {
  const { promise, resolve } = Promise.withResolvers<{ allowed: true }>();
  const world = await start({ rateLimiter: { take: () => promise, giveBack: () => {} } });
  const headers = { ...JSON_TYPE, ...as('reader'), 'content-length': 1000 };
  const request = httpRequest(world.streamUrl, { method: 'POST', headers, agent: false }).on('error', () => {});
  request.write('{');
  await sleep(50);
  request.destroy();
  await sleep(50);
  resolve({ allowed: true });
  const gone = 'http_requests_total{route="/graphql/stream",method="POST",status="499"}';
  await expect.poll(() => world.metric(gone)).toBe(1);
});

test('a WebSocket is closed for later when callers cannot be told apart now', async () => {
  const world = await start({
    authenticate: () => Promise.reject(new GatewayError('UPSTREAM_UNAVAILABLE', 'Not now.', { retryable: true })),
  });
  const { ack, closed } = await speak(world, as('reader'));
  expect(ack).toBe(false);
  expect(await closed).toEqual({ code: 1013, reason: 'Not now.' });
  const broken = await start({ authenticate: () => Promise.reject(new Error('secret')) });
  expect((await (await speak(broken, {})).closed).code).toBe(4500);
});

const FORBIDDEN = {
  message: 'A subscription needs the scope checkout:read, and this caller does not have it.',
  extensions: { code: 'FORBIDDEN', retryable: false, requestId: expect.any(String) },
};

test('a subscription needs the scope to read', async () => {
  const world = await start();
  const { send, messages } = await speak(world, as('writer'));
  send(subscribe('1', EVENTS));
  await expect.poll(() => messages.at(-1)).toEqual({ id: '1', type: 'error', payload: [FORBIDDEN] });
  const response = await stream(world, as('writer'));
  expect(await response.text()).toContain('"code":"FORBIDDEN"');
  expect(world.bus.listeners).toBe(0);
  await expectOver(world);
});

const POST = { method: 'POST', body: JSON.stringify({ query: EVENTS }) };
const JSON_TYPE = { 'content-type': 'application/json', accept: 'text/event-stream' };
const stream = ({ streamUrl }: World, headers: Record<string, string>) =>
  fetch(streamUrl, { ...POST, headers: { ...JSON_TYPE, ...headers } });

test('no event stream is opened or reserved for strangers, and none is found', async () => {
  const world = await start();
  const { streamUrl } = world;
  const token = await (await fetch(streamUrl, { method: 'PUT', headers: as('reader') })).text();
  const statusOf = async (method: string, headers: Record<string, string>, body?: string) =>
    (await fetch(streamUrl, { method, headers: { ...JSON_TYPE, ...headers }, ...(body && { body }) })).status;
  const withToken = { 'x-graphql-event-stream-token': token };
  const operation = JSON.stringify({ query: EVENTS, extensions: { operationId: '1' } });
  const response = await stream(world, {});
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await statusOf('PUT', {})).toBe(401);
  expect(await statusOf('GET', {})).toBe(401);
  expect(await statusOf('POST', withToken, operation)).toBe(401);
  expect(await statusOf('DELETE', withToken)).toBe(401);
  expect(await statusOf('GET', { ...withToken, authorization: 'Bearer wrong' })).toBe(401);
  // Of another caller it is as if it were not there.
  const other = { ...withToken, ...as('other') };
  expect(await statusOf('POST', other, operation)).toBe(404);
  expect(await statusOf('GET', other)).toBe(404);
  expect(await statusOf('DELETE', other)).toBe(404);
  expect(world.contexts).toEqual([]);
  expect(await statusOf('POST', { ...withToken, ...as('reader') }, operation)).toBe(202);
});

test('of one name, who is bound to other customers cannot use the stream that was reserved, and nobody gains scopes', async () => {
  const bound = (ids: string[]) => ids.map((id) => ({ provider: 'FLEX' as const, id }));
  const shop = { name: 'shop', scopes: new Set(['checkout:read'] as const) };
  const callers: Record<string, Caller> = {
    all: { ...shop, customers: null },
    ada: { ...shop, customers: bound(['ada']) },
    adaAgain: { ...shop, customers: bound(['ada', 'ada']) },
    adaWriting: { name: 'shop', scopes: new Set(['checkout:write']), customers: bound(['ada']) },
    bob: { ...shop, customers: bound(['bob']) },
    both: { ...shop, customers: bound(['ada', 'bob']) },
  };
  const world = await start({
    authenticate: async ({ headers }) => {
      const caller = callers[headers['x-api-key']?.[0] ?? ''];
      if (!caller) throw new GatewayError('UNAUTHENTICATED', 'Expected a key.');
      return caller;
    },
  });
  const { streamUrl, bus } = world;
  const token = await (await fetch(streamUrl, { method: 'PUT', headers: { 'x-api-key': 'ada' } })).text();
  const ask = (method: string, key: string, id = key) =>
    fetch(streamUrl, {
      method,
      headers: { ...JSON_TYPE, 'x-api-key': key, 'x-graphql-event-stream-token': token },
      ...(method === 'POST' && { body: JSON.stringify({ query: EVENTS, extensions: { operationId: id } }) }),
    });
  for (const other of ['all', 'bob', 'both']) {
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect([other, method, (await ask(method, other)).status]).toEqual([other, method, 404]);
    }
  }
  expect(world.contexts).toEqual([]);

  const opened = await ask('GET', 'ada');
  let text = '';
  void opened.body?.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (chunk) => {
        text += chunk;
      },
    }),
  );
  for (const other of ['all', 'bob', 'both']) expect((await ask('POST', other)).status).toBe(404);
  // Each operation goes by the scopes of who sends it, not by those of who reserved the stream.
  expect((await ask('POST', 'adaWriting')).status).toBe(202);
  await expect.poll(() => text).toContain('"code":"FORBIDDEN"');
  expect(bus.listeners).toBe(0);
  expect((await ask('POST', 'adaAgain')).status).toBe(202);
  await expect.poll(() => bus.listeners).toBe(1);
});

test('EventSource opens the stream that was reserved for its caller by the token alone, once', async () => {
  const world = await start();
  const { streamUrl, bus } = world;
  const token = await (await fetch(streamUrl, { method: 'PUT', headers: as('reader') })).text();
  const opened = await fetch(`${streamUrl}?token=${token}`);
  expect(opened.status).toBe(200);
  expect((await fetch(`${streamUrl}?token=${token}`)).status).toBe(409);
  const operation = { query: EVENTS, extensions: { operationId: '1' } };
  const headers = { ...JSON_TYPE, ...as('reader'), 'x-graphql-event-stream-token': token };
  await fetch(streamUrl, { method: 'POST', headers, body: JSON.stringify(operation) });
  await expect.poll(() => bus.listeners).toBe(1);
  await opened.body?.cancel();
  await expectOver(world);
});

/** Callers whose proof is good for so many milliseconds. */
const shortLived = (lifetimes: number[]): Authenticate => {
  return async (presented) => {
    const lifetime = lifetimes.shift();
    return { ...check(presented), ...(lifetime !== undefined && { expiresAt: Date.now() + lifetime }) };
  };
};

test('a WebSocket is closed when its token expires, and its client goes on with a new one', async () => {
  const world = await start({ authenticate: shortLived([300]) });
  const closes: unknown[] = [];
  let tokens = 0;
  const client = createWs({
    url: world.wsUrl,
    webSocketImpl: WebSocket,
    lazy: false,
    retryWait: () => sleep(10),
    connectionParams: async () => {
      tokens += 1;
      return as('reader');
    },
    on: { closed: (event) => closes.push(event) },
  });
  onTestFinished(() => client.dispose());
  const results: unknown[] = [];
  client.subscribe({ query: EVENTS }, { next: (result) => results.push(result), error: () => {}, complete: () => {} });
  await expect.poll(() => world.bus.listeners).toBe(1);
  await expect.poll(() => closes.length).toBe(1);
  expect(closes[0]).toMatchObject({ code: 4403, reason: 'The token expired; connect again with a new one' });
  await expect.poll(() => tokens).toBe(2);
  await expect.poll(() => world.bus.listeners).toBe(1);
  world.bus.publish({ n: 1 });
  await expect.poll(() => results).toEqual([{ data: { events: { n: 1 } } }]);
});

test.each([false, true])(
  'an event stream ends when its token expires, and its client goes on with a new one (single connection: %s)',
  async (singleConnection) => {
    // On one connection it is the token of the second request, which is the first to expire.
    const world = await start({ authenticate: shortLived(singleConnection ? [9000, 9000, 300] : [300]) });
    let retries = 0;
    const options = {
      url: world.streamUrl,
      headers: async () => as('reader'),
      retryAttempts: 3,
      retry: async () => {
        retries += 1;
      },
    };
    const client = singleConnection
      ? createSse<true>({ ...options, singleConnection: true })
      : createSse<false>({ ...options, singleConnection: false });
    onTestFinished(() => client.dispose());
    const results: unknown[] = [];
    client.subscribe(
      { query: EVENTS },
      { next: (result) => results.push(result), error: () => {}, complete: () => {} },
    );
    await expect.poll(() => world.bus.listeners).toBe(1);
    await expect.poll(() => retries).toBe(1);
    await expect.poll(() => world.contexts.length).toBe(2);
    await expect.poll(() => world.bus.listeners).toBe(1);
    world.bus.publish({ n: 1 });
    await expect.poll(() => results).toEqual([{ data: { events: { n: 1 } } }]);
  },
);

test('who shows an expired token gets nothing', async () => {
  const world = await start({ authenticate: shortLived([-1, -1]) });
  const { closed } = await speak(world, as('reader'));
  expect((await closed).code).toBe(4403);
  const response = await stream(world, as('reader')).catch(() => undefined);
  await response?.text().catch(() => {});
  await expectOver(world);
});
