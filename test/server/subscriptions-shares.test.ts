import { expect, test } from 'vitest';
import { apiKeyCheck } from '../../src/auth/api-keys.ts';
import { keysFor } from './auth-callers.ts';
import { openRaw, type RawWebSocket, subscribe } from './subscriptions-raw.ts';
import { startWorld, type World } from './subscriptions-world.ts';

const check = apiKeyCheck(keysFor({ big: ['checkout:read'], small: ['checkout:read'], writer: ['checkout:write'] }));

const start = (subscriptions: NonNullable<Parameters<typeof startWorld>[0]>['subscriptions'] = {}) =>
  startWorld({ authenticate: async (presented) => check(presented), subscriptions });

const as = (name: string) => ({ authorization: `Bearer key-of-${name}` });

const EVENTS = 'subscription { events { n } }';

/** A WebSocket of a caller, which may not be let in. */
async function connect({ wsUrl }: World, name: string): Promise<RawWebSocket> {
  const raw = await openRaw(wsUrl, { init: false });
  raw.send({ type: 'connection_init', payload: as(name) });
  const first = new Promise((resolve) => raw.socket.once('message', resolve));
  await Promise.race([raw.closed, first]);
  return raw;
}

const SHARE = {
  message: expect.stringMatching(/^This caller has its share of /),
  extensions: { code: 'OVERLOADED', retryable: true, requestId: expect.any(String) },
};

/** Sends subscriptions one after another. @returns the messages of those that were refused */
async function fill({ bus }: World, raw: RawWebSocket, payloads: readonly object[]) {
  const before = { running: bus.listeners, messages: raw.messages.length };
  for (const [n, payload] of payloads.entries()) {
    raw.send({ id: `${before.messages}-${n}`, type: 'subscribe', payload });
    await expect
      .poll(() => bus.listeners - before.running + raw.messages.length - before.messages, { interval: 1 })
      .toBe(n + 1);
  }
  return raw.messages.slice(before.messages);
}

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

test('one caller has half of the subscriptions, and gets back what it ends', async () => {
  const world = await start({ maxSubscribers: 6 });
  const big = await connect(world, 'big');
  const small = await connect(world, 'small');
  const refused = await fill(
    world,
    big,
    times(5, () => ({ query: EVENTS })),
  );
  expect(refused).toMatchObject(times(2, () => ({ type: 'error', payload: [SHARE] })));
  expect(await fill(world, small, [{ query: EVENTS }])).toEqual([]);
  big.socket.terminate();
  await expect.poll(() => world.bus.listeners).toBe(1);
  expect(await fill(world, await connect(world, 'big'), [{ query: EVENTS }])).toEqual([]);
});

test.each([
  [
    'variables',
    (n: number) => ({
      query: 'subscription($tag: String) { events(tag: $tag) { n } }',
      variables: { tag: `${n}${'x'.repeat(200_000)}` },
    }),
  ],
  ['documents', (n: number) => ({ query: `${EVENTS} # ${n} ${'x'.repeat(240_000)}` })],
])('one caller cannot fill the room for %s', async (_, payload) => {
  const world = await start({ maxPerConnection: 1000 });
  const big = await connect(world, 'big');
  const refused = await fill(world, big, times(100, payload));
  expect(refused.length).toBeGreaterThan(0);
  for (const message of refused) expect(message).toMatchObject({ type: 'error', payload: [SHARE] });
  const small = await connect(world, 'small');
  expect(await fill(world, small, times(10, payload))).toEqual([]);
  big.socket.terminate();
  await expect.poll(() => world.bus.listeners).toBe(10);
  expect(await fill(world, await connect(world, 'big'), times(10, payload))).toEqual([]);
});

test('a document that others use too comes out of the share of each once', async () => {
  const world = await start({ maxPerConnection: 1000 });
  const document = { query: `${EVENTS} # ${'x'.repeat(240_000)}` };
  for (const name of ['big', 'small']) {
    expect(
      await fill(
        world,
        await connect(world, name),
        times(200, () => document),
      ),
    ).toEqual([]);
  }
});

test('one caller has half of the WebSockets', async () => {
  const world = await start({ maxSubscribers: 4 });
  const [first] = [await connect(world, 'big'), await connect(world, 'big')];
  const third = await connect(world, 'big');
  expect(await third.closed).toEqual({ code: 1013, reason: 'overloaded: too many connections of this caller' });
  expect(await world.metric('subscriptions_dropped_total{reason="overloaded"}')).toBe(1);
  const small = await connect(world, 'small');
  expect(small.messages).toMatchObject([{ type: 'connection_ack' }]);
  first.socket.close();
  await first.closed;
  await expect.poll(async () => (await connect(world, 'big')).messages).toMatchObject([{ type: 'connection_ack' }]);
});

test('one caller has half of the event streams, those that it reserved among them', async () => {
  const world = await start({ maxSubscribers: 6, reservationTimeoutMs: 300 });
  const { streamUrl } = world;
  const reserve = (name: string) => fetch(streamUrl, { method: 'PUT', headers: as(name) });
  const open = (name: string, query = EVENTS, signal: AbortSignal | null = null) =>
    fetch(streamUrl, {
      method: 'POST',
      headers: { ...as(name), 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal,
    });
  const controller = new AbortController();
  expect((await open('big', EVENTS, controller.signal)).status).toBe(200);
  // What never became a stream, or is over, takes none.
  for (const query of times(3, () => 'subscription { nothing }')) await (await open('big', query)).text();
  expect([(await reserve('big')).status, (await reserve('big')).status]).toEqual([201, 201]);
  for (const response of [await reserve('big'), await open('big')]) {
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ errors: [SHARE] });
  }
  expect((await reserve('small')).status).toBe(201);
  expect((await open('small')).status).toBe(200);
  controller.abort();
  await expect.poll(async () => (await reserve('big')).status).toBe(201);
  await expect.poll(async () => (await open('big')).status).toBe(200);
});

test('a stream is reserved for those only who may subscribe', async () => {
  const { streamUrl } = await start();
  const response = await fetch(streamUrl, { method: 'PUT', headers: as('writer') });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    errors: [{ message: expect.stringMatching(/needs the scope checkout:read/), extensions: { code: 'FORBIDDEN' } }],
  });
});

test('where callers are not told apart there are no shares', async () => {
  const world = await startWorld({ subscriptions: { maxSubscribers: 3 } });
  const raw = await openRaw(world.wsUrl);
  for (const id of ['a', 'b', 'c']) raw.send(subscribe(id, EVENTS));
  await expect.poll(() => world.bus.listeners).toBe(3);
});
