import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openRaw, subscribe } from './subscriptions-raw.ts';
import { expectAlive, startWorld } from './subscriptions-world.ts';

const EVENTS = 'subscription { events { n } }';

test('of ten thousand subscriptions on one connection a hundred run', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  for (let n = 0; n < 10_000; n++) raw.send(subscribe(`${n}`, EVENTS));
  await expect.poll(() => raw.messages.length, { timeout: 15_000 }).toBe(9901);
  expect(world.bus.listeners).toBe(100);
  expect(raw.messages.at(-1)).toMatchObject({
    type: 'error',
    payload: [{ message: expect.stringMatching(/^One connection takes 100 /), extensions: { code: 'BAD_USER_INPUT' } }],
  });
  raw.send({ id: '0', type: 'complete' });
  raw.send(subscribe('more', EVENTS));
  await expect.poll(() => world.bus.returns).toBe(1);
  expect(world.bus.listeners).toBe(100);
  raw.socket.terminate();
  await expectAlive(world);
  expect(world.bus.returns).toBe(101);
});

test('beyond the limit of the process subscriptions are refused and connections closed', async () => {
  const world = await startWorld({ subscriptions: { maxSubscribers: 2 } });
  const first = await openRaw(world.wsUrl);
  const second = await openRaw(world.wsUrl);
  for (const id of ['a', 'b', 'c']) first.send(subscribe(id, EVENTS));
  await expect.poll(() => first.messages.length).toBe(2);
  expect(first.messages[1]).toMatchObject({
    id: 'c',
    type: 'error',
    payload: [{ extensions: { code: 'OVERLOADED', retryable: true } }],
  });
  const third = await openRaw(world.wsUrl, { init: false });
  expect(await third.closed).toEqual({ code: 1013, reason: 'overloaded: too many connections' });
  expect(await world.metric('subscriptions_dropped_total{reason="overloaded"}')).toBe(1);
  first.socket.terminate();
  await expect.poll(() => world.bus.listeners).toBe(0);
  second.send(subscribe('a', EVENTS));
  await expect.poll(() => world.bus.listeners).toBe(1);
  second.socket.close();
  await expectAlive(world);
});

test('huge documents and variables cannot fill the memory', async () => {
  const world = await startWorld({ subscriptions: { maxPerConnection: 1000 } });
  const raw = await openRaw(world.wsUrl);
  // One after another, so that none is refused because others wait for their turn.
  let sent = 0;
  const add = async (payload: object) => {
    raw.send({ id: `${sent++}`, type: 'subscribe', payload });
    await expect.poll(() => raw.messages.length + world.bus.listeners, { interval: 1 }).toBe(sent + 1);
  };
  // Nearly as many tokens as one document may have: about 130 of these are too much for all together.
  const spreads = '...E '.repeat(980);
  for (let n = 0; n < 150; n++) {
    await add({ query: `subscription S${n} { events { ${spreads} } } fragment E on Event { n }` });
  }
  const running = world.bus.listeners;
  expect(running).toBeGreaterThan(100);
  expect(running).toBeLessThan(140);
  const tooMany = (message: string) => ({
    type: 'error',
    payload: [{ message, extensions: { code: 'OVERLOADED', retryable: true } }],
  });
  for (const message of raw.messages.slice(1)) {
    expect(message).toMatchObject(tooMany('There are too many different subscriptions now; try again later.'));
  }
  const refused = raw.messages.length;
  const query = 'subscription($tag: String) { events(tag: $tag) { n } }';
  for (let n = 0; n < 50; n++) await add({ query, variables: { tag: 'x'.repeat(200_000) } });
  expect(world.bus.listeners).toBeGreaterThan(running);
  expect(world.bus.listeners).toBeLessThan(running + 45);
  for (const message of raw.messages.slice(refused)) {
    expect(message).toMatchObject(tooMany('There are too many subscribers now; try again later.'));
  }
  raw.socket.terminate();
  await expectAlive(world);
});

test('variables that an operation does not declare take no room', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  const variables = { x: 'x'.repeat(200_000) };
  for (let n = 0; n < 50; n++) raw.send({ id: `${n}`, type: 'subscribe', payload: { query: EVENTS, variables } });
  await expect.poll(() => world.bus.listeners + raw.messages.length).toBe(51);
  expect(world.bus.listeners).toBe(50);
});

test('comments cannot fill the memory either: a text weighs by its characters too', async () => {
  const world = await startWorld({ subscriptions: { maxPerConnection: 1000 } });
  const raw = await openRaw(world.wsUrl);
  const comment = 'x'.repeat(200_000);
  // One after another, so that none is refused because others wait for their turn.
  for (let n = 0; n < 200; n++) {
    raw.send(subscribe(`${n}`, `${EVENTS} # ${n} ${comment}`));
    await expect.poll(() => raw.messages.length + world.bus.listeners, { interval: 1 }).toBe(n + 2);
  }
  // Each has 7 tokens and counts as 1,341; the same text again counts once.
  expect(world.bus.listeners).toBe(186);
  raw.send(subscribe('again', `${EVENTS} # 0 ${comment}`));
  await expect.poll(() => world.bus.listeners).toBe(187);
  for (const message of raw.messages.slice(1)) {
    expect(message).toMatchObject({
      type: 'error',
      payload: [
        {
          message: 'There are too many different subscriptions now; try again later.',
          extensions: { code: 'OVERLOADED', retryable: true },
        },
      ],
    });
  }
  raw.socket.terminate();
  await expectAlive(world);
});

test('who answers no ping is gone by the next', async () => {
  const world = await startWorld({ subscriptions: { pingIntervalMs: 120 } });
  const silent = await openRaw(world.wsUrl, { autoPong: false });
  const answering = await openRaw(world.wsUrl);
  silent.send(subscribe('1', EVENTS));
  answering.send(subscribe('1', EVENTS));
  expect(await silent.closed).toMatchObject({ code: 1006 });
  await sleep(400);
  expect(answering.socket.readyState).toBe(WebSocket.OPEN);
  expect(world.bus.listeners).toBe(1);
  expect(await world.metric('subscriptions_dropped_total{reason="no_pong"}')).toBe(1);
});

test('a consumer that lets events pile up is dropped', async () => {
  const world = await startWorld({ subscriptions: { maxBufferedBytes: 100_000 } });
  const raw = await openRaw(world.wsUrl);
  // Two, because one waits for its own event before it looks how much there is.
  raw.send(subscribe('1', 'subscription { flood { text(size: 200000) } }'));
  raw.send(subscribe('2', 'subscription { flood { text(size: 200000) } }'));
  raw.socket.pause();
  await expect
    .poll(() => world.metric('subscriptions_dropped_total{reason="slow_buffer"}'), { timeout: 10_000 })
    .toBe(1);
  await expectAlive(world);
  expect(world.bus.returns).toBe(2);
});

test('a consumer that does not take an event in time is dropped, and told when it reads again', async () => {
  const world = await startWorld({ subscriptions: { flushTimeoutMs: 200, maxBufferedBytes: 2 ** 30 } });
  const raw = await openRaw(world.wsUrl);
  raw.send(subscribe('1', 'subscription { flood { text(size: 200000) } }'));
  raw.socket.pause();
  await expect
    .poll(() => world.metric('subscriptions_dropped_total{reason="slow_flush"}'), { timeout: 10_000 })
    .toBe(1);
  // The source was not asked for more than the connection took.
  expect(world.bus.pulled).toBeLessThan(200);
  raw.socket.resume();
  expect(await raw.closed).toEqual({
    code: 1013,
    reason: 'slow consumer: it did not take an event within 200 ms',
  });
  await expectAlive(world);
});

test('a source that always has an event leaves the rest of the process its turn', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  raw.send(subscribe('1', 'subscription { flood { n } }'));
  await expect.poll(() => raw.messages.length, { timeout: 10_000 }).toBeGreaterThan(1000);
  raw.send({ id: '1', type: 'complete' });
  await expectAlive(world);
});

test('a thousand connections that are killed leave nothing behind', async () => {
  const world = await startWorld();
  const opened = Array.from({ length: 1000 }, () => new WebSocket(world.wsUrl, 'graphql-transport-ws'));
  for (const socket of opened) {
    socket.on('error', () => {});
    socket.once('open', () => {
      socket.send('{"type":"connection_init"}');
      socket.once('message', () => socket.send(JSON.stringify(subscribe('1', EVENTS))));
    });
  }
  await expect.poll(() => world.bus.listeners, { timeout: 15_000 }).toBe(1000);
  expect(await world.metric('subscriptions_active{transport="ws"}')).toBe(1000);
  for (const socket of opened) socket.terminate();
  await expectAlive(world);
  expect(world.bus.returns).toBe(1000);
});

test('who does not answer the close is cut off when the grace is over', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  raw.send(subscribe('1', EVENTS));
  await expect.poll(() => world.bus.listeners).toBe(1);
  raw.socket.pause();
  const startedAt = performance.now();
  await world.stop(300);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  expect(world.bus).toMatchObject({ listeners: 0, returns: 1 });
});
