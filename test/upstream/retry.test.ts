import { describe, expect, test } from 'vitest';
import { misbehavingServer } from './misbehaving-server.ts';
import { GET, POST, rig } from './rig.ts';
import { answer, json, later } from './ways.ts';

const limited = (retryAfter: string) => answer(429, '', { 'retry-after': retryAfter });
const unavailable = (retryAfter: string) => answer(503, '', { 'retry-after': retryAfter });

/** A second that begins at least so many milliseconds from now, as an HTTP date. */
const dateIn = (ms: number) => new Date(Math.ceil((Date.now() + ms) / 1000) * 1000).toUTCString();

describe('Retry-After', () => {
  test.each([
    ['429', limited],
    ['503', unavailable],
  ])('%s: seconds that fit the deadline are waited for', async (_, way) => {
    const server = await misbehavingServer(way('1'), json({ id: 'cs_1' }));
    const { send } = rig(server.origin, { readDeadlineMs: 3000 });
    const begin = performance.now();
    expect((await send()).body).toEqual({ id: 'cs_1' });
    expect(performance.now() - begin).toBeGreaterThan(990);
  });

  test('a date that fits the deadline is waited for', async () => {
    const date = dateIn(300);
    const server = await misbehavingServer(limited(date), json({ id: 'cs_1' }));
    const { send } = rig(server.origin, { readDeadlineMs: 5000 });
    await send();
    // Timers may be a millisecond early by the wall clock.
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(date) - 5);
  });

  test.each([
    ['429', limited, 'UPSTREAM_RATE_LIMITED'],
    ['503', unavailable, 'UPSTREAM_UNAVAILABLE'],
  ])('%s: what does not fit the deadline fails at once', async (_, way, code) => {
    const server = await misbehavingServer(way('60'));
    const { fail } = rig(server.origin);
    // To wait would take a minute, longer than a test may.
    expect(await fail()).toMatchObject({ code, retryable: true, retryAfterMs: 60_000 });
    expect(server.received).toHaveLength(1);
  });

  test('a date that does not fit fails at once too', async () => {
    const server = await misbehavingServer(limited(dateIn(600_000)));
    const { retryAfterMs } = await rig(server.origin).fail();
    expect(retryAfterMs).toBeGreaterThan(590_000);
    expect(retryAfterMs).toBeLessThanOrEqual(601_000);
    expect(server.received).toHaveLength(1);
  });

  test("is measured against the caller's own deadline", async () => {
    const server = await misbehavingServer(limited('1'));
    expect(await rig(server.origin).fail(GET, 500)).toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      retryAfterMs: 1000,
    });
    expect(server.received).toHaveLength(1);
  });

  test('of the last attempt is what the caller hears', async () => {
    const server = await misbehavingServer(limited('0'), limited('7'));
    expect(await rig(server.origin).fail()).toMatchObject({ retryAfterMs: 7000 });
    expect(server.received).toHaveLength(2);
  });

  test('is told for a change, which is not sent again', async () => {
    const server = await misbehavingServer(limited('0'));
    expect(await rig(server.origin).fail(POST)).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', retryAfterMs: 0 });
    expect(server.received).toHaveLength(1);
  });

  test('that is nonsense is none', async () => {
    const server = await misbehavingServer(limited('soon'), json({}));
    expect(await rig(server.origin).send()).toMatchObject({ status: 200 });
  });
});

describe('backoff', () => {
  test('is drawn from 0 to its base, doubling up to the cap', async () => {
    const server = await misbehavingServer(answer(500));
    const draws: number[] = [];
    const random = () => {
      draws.push(0);
      return 0.999;
    };
    const { fail } = rig(server.origin, { attempts: 5, backoffMs: 20, backoffCapMs: 50 }, { random });
    const begin = performance.now();
    await fail();
    expect(server.received).toHaveLength(5);
    expect(draws).toHaveLength(4);
    // 20 + 40 + 50 + 50, each a little less.
    expect(performance.now() - begin).toBeGreaterThan(150);
  });

  test('that does not fit the deadline means no other attempt', async () => {
    const server = await misbehavingServer(answer(500));
    const { fail } = rig(server.origin, { backoffMs: 5000, backoffCapMs: 5000 });
    const begin = performance.now();
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_ERROR' });
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(server.received).toHaveLength(1);
  });

  test('and attempts together keep the deadline', async () => {
    const server = await misbehavingServer(later(100, answer(500)));
    const { fail } = rig(server.origin, { attempts: 100, readDeadlineMs: 450, backoffMs: 0 });
    expect(['UPSTREAM_TIMEOUT', 'UPSTREAM_ERROR']).toContain((await fail()).code);
    expect(server.received.length).toBeLessThanOrEqual(5);
  });
});

describe('the retry budget', () => {
  const PATIENT = { breakerMinimumCalls: 1_000_000, backoffMs: 0 };

  test('under total failure retries are the reserve and a fifth of the calls', async () => {
    const server = await misbehavingServer(answer(500));
    const { fail } = rig(server.origin, PATIENT);
    for (let i = 0; i < 100; i++) await fail();
    // 10 in reserve; while it lasts a call takes 0.8 net, so the bucket is never full and every deposit counts: the
    // first finds it full.
    expect(server.received).toHaveLength(100 + 10 + 19);
  });

  test('calls that go well fill it up again, to the reserve', async () => {
    const bad = answer(500);
    const good = json({});
    const server = await misbehavingServer(...[bad, bad, bad, bad, bad, good, good, good, good, good, bad]);
    const { send, fail } = rig(server.origin, { ...PATIENT, retryBudgetReserve: 2 });
    for (let i = 0; i < 3; i++) await fail();
    expect(server.received).toHaveLength(5);
    for (let i = 0; i < 5; i++) await send();
    await fail();
    expect(server.received).toHaveLength(12);
    // 0.8 of a retry is none; 1.0 is one.
    await fail();
    expect(server.received).toHaveLength(13);
    await fail();
    expect(server.received).toHaveLength(15);
  });

  test('changes neither fill nor use it', async () => {
    const server = await misbehavingServer(answer(500));
    const { fail } = rig(server.origin, { ...PATIENT, retryBudgetReserve: 0.9, retryBudgetRatio: 0.05 });
    for (let i = 0; i < 10; i++) await fail(POST);
    await fail();
    expect(server.received).toHaveLength(11);
  });
});
