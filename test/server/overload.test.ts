import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ANYONE } from '../../src/checkout/caller.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import { TurnQueue } from '../../src/server/overload/turn-queue.ts';
import { exchange, openSocket } from './raw-socket.ts';
import { openRaw, subscribe } from './subscriptions-raw.ts';
import { startWorld } from './subscriptions-world.ts';
import { startTestServer } from './test-server.ts';

const OVERLOADED = { code: 'OVERLOADED', retryable: true, requestId: expect.any(String) };

/** One thread, whose rounds come one after the other; each operation that is begun takes it so long. */
function createThread() {
  const thread = { now: 0, begun: [] as number[] };
  let steps: (() => void)[] = [];
  const queue = new TurnQueue({ now: () => thread.now, defer: (step) => steps.push(step) });
  /** What is not an operation takes `otherMs` of each round. */
  const round = async (otherMs = 0) => {
    const due = steps;
    steps = [];
    for (const step of due) {
      step();
      // What a beginning does at once is done before the next step, as between the callbacks of setImmediate.
      await null;
      await null;
    }
    thread.now += otherMs;
  };
  /** @returns whether there was room */
  const ask = (milliseconds: number, onDone?: (waitedMs: number) => void): boolean => {
    if (queue.isFull) return false;
    const cameAt = thread.now;
    void queue.turn().then(() => {
      onDone?.(thread.now - cameAt);
      thread.begun.push(thread.now);
      thread.now += milliseconds;
    });
    return true;
  };
  return { thread, queue, round, ask };
}

test('what comes is begun in the next round, first come, first served, as much as fits into a few milliseconds', async () => {
  const { thread, queue, round } = createThread();
  const order: number[] = [];
  for (let n = 0; n < 8; n++) {
    void queue.turn().then(() => {
      order.push(n);
      thread.now += 1;
    });
  }
  expect([queue.length, order]).toEqual([8, []]);
  await round();
  expect([queue.length, order]).toEqual([3, [0, 1, 2, 3, 4]]);
  await round();
  expect([queue.length, order]).toEqual([0, [0, 1, 2, 3, 4, 5, 6, 7]]);
});

test('one that takes longer than a round is begun all the same, one in each', async () => {
  const { thread, queue, round, ask } = createThread();
  for (let n = 0; n < 3; n++) ask(40);
  await round();
  expect([queue.length, thread.begun]).toEqual([2, [0]]);
  await round();
  await round();
  expect([queue.length, thread.begun]).toEqual([0, [0, 40, 80]]);
});

test('a burst is served, all of it, however slow the pace', async () => {
  const { thread, queue, round, ask } = createThread();
  const admitted = Array.from({ length: 800 }, () => ask(6));
  expect(admitted).not.toContain(false);
  while (queue.length > 0) await round();
  expect(thread.now).toBe(4800);
  expect(Array.from({ length: 800 }, () => ask(6))).not.toContain(false);
});

test('a queue that does not end is as short as its pace lets all in it have their turn soon, until it ends', async () => {
  const { thread, queue, round, ask } = createThread();
  const flood = async (milliseconds: number) => {
    for (const end = thread.now + 8000; thread.now < end; ) {
      for (let n = 0; n < 20 && queue.length < 1000; n++) ask(milliseconds);
      await round();
    }
  };
  await flood(5);
  // 50 of these are a quarter of a second.
  expect(queue.limit).toBeGreaterThanOrEqual(49);
  expect(queue.limit).toBeLessThanOrEqual(52);
  await flood(0.5);
  expect(queue.limit).toBeGreaterThanOrEqual(490);
  expect(queue.limit).toBeLessThanOrEqual(501);
  while (queue.length > 0) await round();
  expect(queue.limit).toBe(Number.POSITIVE_INFINITY);
});

test('however slow the pace, a few may wait: what takes long alone is no overload', async () => {
  const { queue, round, ask } = createThread();
  for (let n = 0; n < 100; n++) {
    while (queue.length < 16) ask(500);
    await round();
  }
  expect(queue.limit).toBe(16);
});

test.each([
  [2, 0.5, 0],
  [2, 0.5, 5],
  [2, 2, 20],
  [5, 0.3, 2],
  [1.2, 1, 10],
])(
  'asked for %d times what it can do, with operations of %d ms and %d ms of other work in each round, it goes on doing what it can, and none waits long',
  async (times, operationMs, otherMs) => {
    const { thread, round, ask } = createThread();
    const waits: number[] = [];
    // A round begins operations for 5 ms.
    const inRound = Math.ceil(5 / operationMs);
    const perMs = inRound / (inRound * operationMs + otherMs);
    const TURNED_AWAY_MS = 0.02;
    let due = 0;
    let seenAt = 0;
    let turnedAwayMs = 0;
    while (thread.now < 20_000) {
      for (due += (thread.now - seenAt || 1) * perMs * times, seenAt = thread.now; due >= 1; due--) {
        if (ask(operationMs, (waited) => waits.push(waited))) continue;
        turnedAwayMs += TURNED_AWAY_MS;
        thread.now += TURNED_AWAY_MS;
      }
      await round(otherMs);
      if (thread.begun.length === 0) thread.now += 1;
    }
    const possible = (20_000 - turnedAwayMs) * perMs;
    expect(thread.begun.length / possible).toBeGreaterThan(0.95);
    // What came in the first second, which could have been a burst, is at its end in the fifth with the others behind it.
    expect(Math.max(...waits.slice(waits.length / 2))).toBeLessThan(350);
  },
);

test('what exceeds the limit is turned away at once, its body unread; all else goes on', async () => {
  const { url, port, post, release, metrics } = await startTestServer({ maxConcurrency: 2 });
  const underWay = [post({ query: '{ waits }' }), post({ query: '{ waits }' })];
  await expect.poll(async () => (await metrics.render()).text).toContain('operations_under_way 2');
  const startedAt = performance.now();
  const response = await post({ query: '{ hello }' });
  expect(performance.now() - startedAt).toBeLessThan(500);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toEqual({ errors: [{ message: expect.any(String), extensions: OVERLOADED }] });
  expect((await fetch(`${url}/graphql?query={hello}`)).status).toBe(503);

  const unsent = await openSocket(port);
  unsent.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n');
  expect(await unsent.received('"OVERLOADED"')).toMatch(/^HTTP\/1\.1 503 /);

  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('operations_turned_away_total{reason="overloaded"} 3');
  // That there is no secret for it is told by the route itself.
  expect((await fetch(`${url}/webhooks/flex`, { method: 'POST', body: '{}' })).status).toBe(401);

  release();
  for (const answer of await Promise.all(underWay)) expect(await answer.json()).toEqual({ data: { waits: 'done' } });
  expect(await (await post({ query: '{ hello }' })).json()).toEqual({ data: { hello: 'hello world' } });
});

/** Each with one request, and each takes the thread 0.1 ms; the loop takes one in each round. */
async function letIn(connections: number, operationMs: number) {
  const { thread, queue, round, ask } = createThread();
  let waiting = connections;
  while (waiting > 0 || queue.length > 0) {
    if (waiting > 0) {
      waiting -= 1;
      queue.arrived();
      ask(operationMs);
    }
    await round(0.1);
    if (waiting === 0 && thread.begun.length > 0) break;
  }
  return { lastInAfterMs: thread.now, begun: thread.begun.length, queue };
}

test('who waits to be connected comes in while much is to be begun, and not behind all of it', async () => {
  const { lastInAfterMs, begun } = await letIn(400, 2);
  // One in a round of 5 ms each would be 2 seconds, and all of their operations are 800 ms.
  expect(lastInAfterMs).toBeLessThan(120);
  // Half of the time goes on beginning operations all the same.
  expect(begun * 2).toBeGreaterThan(0.4 * lastInAfterMs);
});

test('what comes at the same time counts together, also where each is answered at once', async () => {
  const { port } = await startTestServer({ maxConcurrency: 2 });
  const sockets = await Promise.all(Array.from({ length: 6 }, () => openSocket(port)));
  await sleep(50);
  // All are written before the server has its turn.
  for (const socket of sockets) {
    socket.write('GET /graphql?query={hello} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  }
  const answers = await Promise.all(sockets.map(({ closed }) => closed));
  expect(answers.filter((text) => text.startsWith('HTTP/1.1 200 '))).toHaveLength(2);
  expect(answers.filter((text) => text.startsWith('HTTP/1.1 503 '))).toHaveLength(4);
});

test('who sends slowly takes nobody the place', async () => {
  const { port, post } = await startTestServer({ maxConcurrency: 1 });
  const body = JSON.stringify({ query: '{ hello }' });
  const slow = await openSocket(port);
  slow.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  await sleep(50);
  expect(await (await post({ query: '{ hello }' })).json()).toEqual({ data: { hello: 'hello world' } });
  slow.write(body.slice(5));
  expect(await slow.received('hello world')).toMatch(/^HTTP\/1\.1 200 /);
});

test.each(['GET', 'POST'])('who is not known takes nobody the place: %s', async (method) => {
  const asked: (() => void)[] = [];
  // As while the keys of an issuer are on their way.
  const authenticate = ({ headers }: { headers: Readonly<Record<string, readonly string[] | undefined>> }) =>
    headers.authorization
      ? Promise.resolve(ANYONE)
      : new Promise<never>((_, reject) => {
          asked.push(() => reject(new GatewayError('UNAUTHENTICATED', 'Expected a token.')));
        });
  const { url, post, metrics } = await startTestServer({ maxConcurrency: 1, authenticate });
  const body = JSON.stringify({ query: '{ hello }' });
  const strangers = Array.from({ length: 3 }, () =>
    method === 'GET' ? fetch(`${url}/graphql?query={hello}`) : post(body),
  );
  await expect.poll(() => asked.length).toBe(3);
  expect((await metrics.render()).text).toContain('operations_under_way 0');
  const known = await post(body, { authorization: 'Bearer known' });
  expect(await known.json()).toEqual({ data: { hello: 'hello world' } });
  for (const turnAway of asked) turnAway();
  expect((await Promise.all(strangers)).map(({ status }) => status)).toEqual([401, 401, 401]);
});

test('a request whose time is over before it has come is not begun', async () => {
  const clock = { now: Date.now() };
  const { port, touched, metrics } = await startTestServer({ now: () => clock.now, requestDeadlineMs: 5000 });
  const body = JSON.stringify({ query: 'mutation { touch(name: "late") }' });
  const slow = await openSocket(port);
  slow.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  await sleep(50);
  clock.now += 5000;
  slow.write(body.slice(5));
  const text = await slow.received('"OVERLOADED"');
  expect(text).toMatch(/^HTTP\/1\.1 503 /);
  expect(touched).toEqual([]);
  expect((await metrics.render()).text).toContain('operations_turned_away_total{reason="too_late"} 1');
});

test('subscriptions are not begun either while there are too many operations, and those that run go on', async () => {
  const world = await startWorld({ maxConcurrency: 1 });
  const { wsUrl, streamUrl, bus, release } = world;
  const { send, messages } = await openRaw(wsUrl);
  send(subscribe('runs', 'subscription { events { n } }'));
  await expect.poll(() => bus.listeners).toBe(1);
  send(subscribe('slow', 'subscription { slowToStart { n } }'));
  await sleep(50);
  send(subscribe('more', 'subscription { events { n } }'));
  await expect
    .poll(() => messages.find(({ id }) => id === 'more'))
    .toMatchObject({
      type: 'error',
      payload: [{ extensions: OVERLOADED }],
    });
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const body = JSON.stringify({ query: 'subscription { events { n } }' });
  expect((await fetch(streamUrl, { method: 'POST', headers, body })).status).toBe(503);
  bus.publish({ n: 7 });
  await expect.poll(() => messages.find(({ id }) => id === 'runs')?.payload).toEqual({ data: { events: { n: 7 } } });
  release();
  await expect.poll(() => bus.listeners).toBe(2);
});

test('a page is turned away too, and the health of the server is not', async () => {
  const { port, post, metrics } = await startTestServer({ maxConcurrency: 1 });
  void post({ query: '{ waits }' }).catch(() => undefined);
  await expect.poll(async () => (await metrics.render()).text).toContain('operations_under_way 1');
  expect(
    await exchange(port, 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n'),
  ).toMatch(/^HTTP\/1\.1 503 /);
  expect(await exchange(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/ 200 /);
});
