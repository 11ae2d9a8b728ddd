import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openRaw, subscribe } from './subscriptions-raw.ts';
import { expectAlive, startWorld } from './subscriptions-world.ts';

const EVENTS = 'subscription { events { n } }';

test('what is told of wrong variables is not long, and no bug', async () => {
  const world = await startWorld();
  const payload = {
    query: 'subscription($ns: [Int!]) { chosen(ns: $ns) { n } }',
    variables: { ns: Array(60).fill('x'.repeat(4000)) },
  };
  const raw = await openRaw(world.wsUrl);
  raw.send({ id: '1', type: 'subscribe', payload });
  await expect.poll(() => raw.messages.at(-1)?.type).toBe('error');
  const overSocket = raw.messages.at(-1)?.payload;
  const response = await fetch(world.streamUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(payload),
  });
  const overEvents = JSON.parse(/^data: (.+)$/m.exec(await response.text())?.[1] ?? '').errors;
  for (const errors of [overSocket, overEvents] as { extensions: { code: string } }[][]) {
    expect(errors).toHaveLength(51);
    expect(errors.every(({ extensions }) => extensions.code === 'BAD_USER_INPUT')).toBe(true);
    expect(JSON.stringify(errors).length).toBeLessThan(64 * 1024);
  }
  expect(world.lines).toEqual([]);
});

test('who does not begin in time is sent away', async () => {
  const world = await startWorld({ subscriptions: { initTimeoutMs: 100 } });
  const { closed } = await openRaw(world.wsUrl, { init: false });
  expect(await closed).toMatchObject({ code: 4408 });
  await expectAlive(world);
});

/** A message of a type with something very deep under a key of its payload. */
const nested = (type: string, key: string, levels = 40_000) =>
  `{"type":${type},"payload":{${key}:${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}}`;

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
  ['variables nested without end', nested('"subscribe","id":"1"', `"query":"${EVENTS}","variables"`), 4400],
  ['extensions nested without end', nested('"subscribe","id":"1"', `"query":"${EVENTS}","extensions"`), 4400],
  ['a ping nested without end', nested('"ping"', '"x"'), 4400],
  ['a pong nested without end', nested('"pong"', '"x"'), 4400],
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
  // A query made one, too.
  expect(world.bus.returns).toBe(world.contexts.length - 1);
  expect(world.lines).toEqual([]);
});

test('a subscription before the beginning, binary, and a huge or deep beginning close the connection', async () => {
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
  const deep = await openRaw(world.wsUrl, { init: false });
  deep.send(nested('"connection_init"', '"x"', 2000));
  expect(await deep.closed).toEqual({ code: 4400, reason: 'The message is nested too deeply' });
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
