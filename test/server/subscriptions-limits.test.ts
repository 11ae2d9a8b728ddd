import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { handshake, openRaw, rawAnswer, startWorld, subscribe, type World } from './subscriptions-world.ts';

const EVENTS = 'subscription { events { n } }';

async function expectAlive({ post, bus, metric }: World): Promise<void> {
  expect(await (await post({ query: '{ hello }' })).json()).toEqual({ data: { hello: null } });
  await expect.poll(() => bus.listeners, { timeout: 10_000 }).toBe(0);
  await expect.poll(() => metric('subscriptions_active{transport="ws"}')).toSatisfy((value) => !value);
}

function expectRefusal(text: string, status: number, code = 'BAD_USER_INPUT'): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/x-content-type-options: nosniff/i);
  const requestId = /x-request-id: (\S+)/i.exec(head)?.[1];
  expect(JSON.parse(body)).toMatchObject({
    errors: [{ message: expect.any(String), extensions: { code, retryable: status === 503, requestId } }],
  });
}

test.each([
  ['another path', handshake('/other'), 404, 'NOT_FOUND'],
  ['the path of event streams', handshake('/graphql/stream'), 404, 'NOT_FOUND'],
  ['a path that serves something else', handshake('/healthz'), 404, 'NOT_FOUND'],
  ['an older subprotocol', handshake('/graphql', { 'Sec-WebSocket-Protocol': 'graphql-ws' }), 400],
  ['no subprotocol', handshake('/graphql', { 'Sec-WebSocket-Protocol': '' }), 400],
  ['a subprotocol that is none', handshake('/graphql', { 'Sec-WebSocket-Protocol': 'graphql-transport-ws,,@' }), 400],
  ['another version', handshake('/graphql', { 'Sec-WebSocket-Version': '7' }), 400],
  ['a bad key', handshake('/graphql', { 'Sec-WebSocket-Key': '<b>' }), 400],
  ['another method', handshake('/graphql').replace('GET', 'POST'), 400],
])('the handshake with %s is refused', async (_, head, status, code?: string) => {
  const world = await startWorld();
  expectRefusal(await rawAnswer(world.port, head), status, code);
  await expectAlive(world);
});

test('who refuses the answer to a handshake does no harm', async () => {
  const world = await startWorld();
  for (let n = 0; n < 20; n++) {
    const socket = new WebSocket(`${world.wsUrl}/other`, 'graphql-transport-ws');
    socket.on('error', () => {});
    if (n % 2) setTimeout(() => socket.terminate(), 5);
  }
  await sleep(100);
  await expectAlive(world);
});

test('upgrades to other protocols are left aside, and the request is answered', async () => {
  const { port } = await startWorld();
  const body = '{"query":"{ hello }"}';
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n`;
  const rest = `HTTP2-Settings: \r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect(await rawAnswer(port, head + rest)).toMatch(/^HTTP\/1\.1 200 [^]*\{"data":\{"hello":null\}\}/);
});

test('only pages of allowed origins may connect, when there is a list; programs always may', async () => {
  const { port, wsUrl } = await startWorld({ subscriptions: { allowedOrigins: ['https://shop.example'] } });
  expectRefusal(await rawAnswer(port, handshake('/graphql', { Origin: 'https://evil.example' })), 403);
  await openRaw(wsUrl);
  const page = new WebSocket(wsUrl, 'graphql-transport-ws', { origin: 'https://shop.example' });
  await new Promise((resolve, reject) => page.once('open', resolve).once('error', reject));
  page.terminate();
});

test('who does not begin in time is sent away', async () => {
  const world = await startWorld({ subscriptions: { initTimeoutMs: 100 } });
  const { closed } = await openRaw(world.wsUrl, { init: false });
  expect(await closed).toMatchObject({ code: 4408 });
  await expectAlive(world);
});

const next = { id: '1', type: 'next', payload: { data: {} } };

test.each<[string, unknown, number]>([
  ['no JSON', '{', 4400],
  ['JSON of another kind', '[]', 4400],
  ['no type', '{}', 4400],
  ['an unknown type', { type: 'start' }, 4400],
  ['a type that servers send', next, 4400],
  ['a type out of the prototype', { type: '__proto__' }, 4400],
  ['a second beginning', { type: 'connection_init' }, 4429],
  ['no id', { type: 'subscribe', payload: { query: EVENTS } }, 4400],
  ['no query', { id: '1', type: 'subscribe', payload: {} }, 4400],
  ['variables in a list', { id: '1', type: 'subscribe', payload: { query: EVENTS, variables: [] } }, 4400],
  ['more than 256 KiB', `"${'x'.repeat(256 * 1024)}"`, 1009],
])('a message with %s closes the connection', async (_, message, code) => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  raw.send(subscribe('mine', EVENTS));
  await expect.poll(() => world.bus.listeners).toBe(1);
  raw.send(message);
  // What comes after starts nothing.
  raw.send(subscribe('late', EVENTS));
  const closed = await raw.closed;
  expect(closed.code).toBe(code);
  expect(closed.reason).not.toMatch(/Unexpected|stack|at /);
  await expectAlive(world);
  expect(world.bus.returns).toBe(1);
  expect(world.lines).toEqual([]);
});

test('a subscription before the beginning, binary, and a huge beginning close the connection', async () => {
  const world = await startWorld();
  const early = await openRaw(world.wsUrl, { init: false });
  early.send(subscribe('1', EVENTS));
  expect(await early.closed).toMatchObject({ code: 4401 });
  const binary = await openRaw(world.wsUrl);
  binary.socket.send(Buffer.from('{"type":"ping"}'));
  expect(await binary.closed).toMatchObject({ code: 4400 });
  const huge = await openRaw(world.wsUrl, { init: false });
  huge.send({ type: 'connection_init', payload: { x: 'x'.repeat(20_000) } });
  expect(await huge.closed).toMatchObject({ code: 4400 });
  await expectAlive(world);
});

test('an id that is in use closes the connection, with all that runs on it', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  raw.send(subscribe('1', EVENTS));
  raw.send(subscribe('2', EVENTS));
  raw.send(subscribe('1', EVENTS));
  expect(await raw.closed).toMatchObject({ code: 4409 });
  await expectAlive(world);
});

test('an id that is used again while the first is being started leaves nothing behind', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  const slow = subscribe('1', 'subscription { slowToStart { n } }');
  for (const message of [slow, { id: '1', type: 'complete' }, slow]) raw.send(message);
  await expect.poll(() => world.contexts.length).toBe(2);
  world.release();
  await expect.poll(() => world.bus.listeners).toBe(2);
  raw.socket.close();
  await expectAlive(world);
  expect(world.bus.returns).toBe(2);
});

test('a client that goes away while its subscription is being started leaves nothing behind', async () => {
  const world = await startWorld();
  const raw = await openRaw(world.wsUrl);
  raw.send(subscribe('1', 'subscription { slowToStart { n } }'));
  await expect.poll(() => world.contexts.length).toBe(1);
  raw.socket.terminate();
  await sleep(30);
  world.release();
  await expect.poll(() => world.bus.returns).toBe(1);
  await expectAlive(world);
});

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
  const fields = 'n '.repeat(4000);
  for (let n = 0; n < 100; n++) raw.send(subscribe(`${n}`, `subscription S${n} { events { ${fields} } }`));
  await expect.poll(() => raw.messages.length + world.bus.listeners, { timeout: 15_000 }).toBe(101);
  expect(raw.messages.at(-1)).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'OVERLOADED' } }] });
  const running = world.bus.listeners;
  expect(running).toBeGreaterThan(10);
  expect(running).toBeLessThan(80);
  const payload = { query: EVENTS, variables: { x: 'x'.repeat(200_000) } };
  for (let n = 0; n < 50; n++) raw.send({ id: `v${n}`, type: 'subscribe', payload });
  await expect.poll(() => raw.messages.length + world.bus.listeners, { timeout: 15_000 }).toBe(151);
  expect(world.bus.listeners).toBeLessThan(running + 45);
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

test('while it drains, WebSockets are turned away', async () => {
  const { port, stop, release } = await startWorld();
  const head = handshake('/graphql');
  // A request under way keeps the server, and this connection is there before.
  const answer = rawAnswer(port, head.slice(0, 20));
  await sleep(30);
  const stopped = stop(300);
  release();
  await stopped;
  expect(await answer).toBe('');
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
