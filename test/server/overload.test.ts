import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AdaptiveLimit } from '../../src/server/overload/adaptive-limit.ts';
import { exchange, openSocket } from './raw-socket.ts';
import { openRaw, subscribe } from './subscriptions-raw.ts';
import { startWorld } from './subscriptions-world.ts';
import { startTestServer } from './test-server.ts';

const OVERLOADED = { code: 'OVERLOADED', retryable: true, requestId: expect.any(String) };

const CALM = { delayMs: 1, utilization: 0.3 };
const LATE = { delayMs: 200, utilization: 1 };

/** A limit with as many under way as it takes, or so many. */
function filled(most: number, count = Number.POSITIVE_INFINITY): AdaptiveLimit {
  const limit = new AdaptiveLimit(most);
  while (limit.underWay < count && limit.enter());
  return limit;
}

const adapt = (limit: AdaptiveLimit, look: typeof CALM, times: number) => {
  for (let time = 0; time < times; time++) {
    while (limit.enter());
    limit.adapt(look);
  }
};

test('as many as the limit may be under way, and one more when one is done', () => {
  const limit = filled(3);
  expect([limit.underWay, limit.limit, limit.isFull, limit.enter()]).toEqual([3, 3, true, false]);
  limit.leave();
  expect([limit.enter(), limit.enter()]).toEqual([true, false]);
});

test('it rises as far as it is used and the thread keeps up, and never above the upper bound', () => {
  const limit = filled(1000);
  expect(limit.limit).toBe(256);
  adapt(limit, CALM, 50);
  expect(limit.limit).toBe(1000);
  const unused = filled(1000, 20);
  for (let time = 0; time < 50; time++) unused.adapt(CALM);
  expect(unused.limit).toBe(256);
});

test('it falls within a second when the thread is late and has no rest, but to no less than it takes to be busy', () => {
  const limit = filled(1000);
  for (let time = 0; time < 10; time++) {
    while (limit.underWay > limit.limit) limit.leave();
    limit.adapt(LATE);
  }
  expect(limit.limit).toBe(8);
  const lower = filled(4);
  for (let time = 0; time < 5; time++) lower.adapt(LATE);
  expect(lower.limit).toBe(4);
});

test('it stays where the thread has rests, as where others take the processor, and where it was late just once', () => {
  const limit = filled(1000);
  for (let time = 0; time < 20; time++) limit.adapt({ delayMs: 200, utilization: 0.8 });
  expect(limit.limit).toBeGreaterThanOrEqual(256);
  const once = filled(1000, 30);
  for (let time = 0; time < 20; time++) {
    once.adapt(LATE);
    once.adapt(CALM);
  }
  expect(once.limit).toBe(256);
});

test('it falls from what is under way, and not from far above', () => {
  const limit = filled(1000, 40);
  limit.adapt(LATE);
  limit.adapt(LATE);
  expect(limit.limit).toBe(40);
});

test('after the storm it goes back to where it began', () => {
  const low = filled(1000);
  for (let time = 0; time < 20; time++) low.adapt(LATE);
  while (low.underWay > 0) low.leave();
  for (let time = 0; time < 100; time++) low.adapt(CALM);
  expect(low.limit).toBe(256);
  const high = filled(1000);
  adapt(high, CALM, 50);
  while (high.underWay > 0) high.leave();
  for (let time = 0; time < 300; time++) high.adapt(CALM);
  expect(high.limit).toBe(256);
});

type Operation = { cpuMs: number; isBack: boolean; backAt: number; startedAt: number };

/** One thread, a millisecond at a time: each operation needs it for 1 ms, waits for its provider, and needs it for 1 ms. */
function simulate(times: number, providerMs: number) {
  const limit = new AdaptiveLimit(1000);
  const ready: Operation[] = [];
  let waiting: Operation[] = [];
  let busy = 0;
  let due = 0;
  const done: { at: number; took: number }[] = [];
  const SECONDS = 30;
  for (let now = 0; now < SECONDS * 1000; now++) {
    // It can do one in 2 ms.
    for (due += times / 2; due >= 1; due--) {
      if (limit.enter()) ready.push({ cpuMs: 1, isBack: false, backAt: 0, startedAt: now });
    }
    for (const one of waiting) if (one.backAt <= now) ready.push(one);
    waiting = waiting.filter(({ backAt }) => backAt > now);
    const operation = ready.shift();
    if (operation) {
      busy++;
      if (operation.isBack) {
        done.push({ at: now, took: now - operation.startedAt });
        limit.leave();
      } else waiting.push({ ...operation, isBack: true, backAt: now + providerMs });
    }
    if (now % 100 === 99) {
      limit.adapt({ delayMs: ready.length, utilization: busy / 100 });
      busy = 0;
    }
  }
  const settled = done.filter(({ at }) => at >= 5000);
  return {
    goodput: settled.length / (SECONDS - 5) / 500,
    slowest: Math.max(...settled.map(({ took }) => took)) - providerMs,
    limit: limit.limit,
  };
}

test.each([
  [2, 20],
  [2, 300],
  [2, 100],
  [5, 20],
  [1, 1000],
])('asked for %d times what it can do, with a provider that takes %d ms, it goes on doing what it can', (times, ms) => {
  const { goodput, slowest } = simulate(times, ms);
  expect(goodput).toBeGreaterThan(0.9);
  // Milliseconds that an operation waits for the thread, both times together.
  expect(slowest).toBeLessThan(100);
});

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
