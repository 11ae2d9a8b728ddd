import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { misbehavingServer, type Way } from './misbehaving-server.ts';
import { eventually, GET, POST, type Rig, rig } from './rig.ts';
import { answer, cutShort, drip, hang, html, json, later, resetBeforeHeaders } from './ways.ts';

const ONE = { attempts: 1 };
const SOON = { ...ONE, breakerProbeAfterMs: 150 };

/** The clock that the circuit reads stands still but for `pass`; timers and sockets go on. */
const stopTheClock = () => vi.useFakeTimers({ toFake: ['Date'] });
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
afterEach(() => vi.useRealTimers());

async function failTimes(times: number, { fail }: Rig): Promise<void> {
  for (let i = 0; i < times; i++) await fail();
}

describe('the circuit', () => {
  test('opens at the twentieth failure, and then no call is sent', async () => {
    const server = await misbehavingServer(answer(500));
    const one = rig(server.origin, ONE);
    await failTimes(19, one);
    expect(one.upstream.health()).toBe('DEGRADED');
    await failTimes(1, one);
    expect(one.upstream.health()).toBe('DOWN');
    const error = await one.fail();
    expect(error).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'Flex cannot be reached at the moment.',
      retryable: true,
    });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(5000);
    await one.fail(POST);
    expect(server.received).toHaveLength(20);
    expect(one.observations.at(-1)).toMatchObject({ outcome: 'UPSTREAM_UNAVAILABLE', method: 'POST' });
    // Twenty failures, one line that it opened, and nothing above debug for what was not sent.
    expect(one.lines.filter(({ level }) => Number(level) >= 30)).toHaveLength(21);
  });

  test('opens at exactly half', async () => {
    const ways = Array.from({ length: 20 }, (_, i) => (i % 2 ? answer(500) : json({})));
    const server = await misbehavingServer(...ways);
    const { upstream, send } = rig(server.origin, ONE);
    for (let i = 0; i < 20; i++) await send().catch(() => {});
    expect(upstream.health()).toBe('DOWN');
  });

  test('stays closed below half', async () => {
    const ways = Array.from({ length: 41 }, (_, i) => (i % 5 < 3 ? json({}) : answer(500)));
    const server = await misbehavingServer(...ways);
    const { upstream, send } = rig(server.origin, ONE);
    for (let i = 0; i < 41; i++) await send().catch(() => {});
    expect(server.received).toHaveLength(41);
    expect(upstream.health()).toBe('DEGRADED');
  });

  test('counts attempts, and a retry does not go round it', async () => {
    const server = await misbehavingServer(answer(500));
    const one = rig(server.origin, { backoffMs: 0 });
    await failTimes(15, one);
    expect(server.received).toHaveLength(20);
  });

  test('forgets calls that are older than the window', async () => {
    stopTheClock();
    const server = await misbehavingServer(answer(500));
    const one = rig(server.origin, { ...ONE, breakerWindowMs: 150 });
    await failTimes(19, one);
    pass(200);
    expect(one.upstream.health()).toBe('UP');
    await failTimes(3, one);
    expect(one.upstream.health()).toBe('UP');
    expect(server.received).toHaveLength(22);
  });
});

describe('the probe', () => {
  beforeEach(() => void stopTheClock());
  const twenty = Array.from({ length: 20 }, () => answer(500));

  test('that goes well closes the circuit', async () => {
    const server = await misbehavingServer(...twenty, json({ id: 'cs_1' }));
    const one = rig(server.origin, SOON);
    await failTimes(21, one);
    expect(server.received).toHaveLength(20);
    pass(170);
    expect(one.upstream.health(), 'a probe is due').toBe('DEGRADED');
    await one.send();
    expect(one.upstream.health()).toBe('UP');
    await one.send();
    expect(server.received).toHaveLength(22);
    const said = one.lines.filter(({ code }) => code === undefined).map(({ level, msg }) => [level, msg]);
    expect(said).toEqual([
      [40, 'provider keeps failing: calls to it are stopped'],
      [30, 'one call to the provider goes out as a probe'],
      [30, 'provider answers again: calls to it go on'],
    ]);
  });

  test('that fails keeps it open', async () => {
    const server = await misbehavingServer(answer(500));
    const one = rig(server.origin, SOON);
    await failTimes(20, one);
    pass(170);
    await failTimes(3, one);
    expect(one.upstream.health()).toBe('DOWN');
    expect(server.received).toHaveLength(21);
    pass(170);
    await failTimes(3, one);
    expect(server.received).toHaveLength(22);
  });

  test('is one call; others are told at once', async () => {
    const server = await misbehavingServer(...twenty, later(100, json({})));
    const one = rig(server.origin, SOON);
    await failTimes(20, one);
    pass(170);
    const probe = one.send();
    const others = await Promise.all(Array.from({ length: 50 }, () => one.fail()));
    expect(new Set(others.map(({ code }) => code))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(one.upstream.health()).toBe('DEGRADED');
    await probe;
    expect(server.received).toHaveLength(21);
    await one.send();
  });

  test('holds the last place: others are told at once all the same', async () => {
    const server = await misbehavingServer(...twenty, later(100, json({})));
    const one = rig(server.origin, { ...SOON, maxInFlight: 1 });
    await failTimes(20, one);
    pass(170);
    const probe = one.send();
    expect(await one.fail()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await probe;
    expect(server.received).toHaveLength(21);
  });

  test('whose caller is in a hurry shows nothing: it stays open', async () => {
    const server = await misbehavingServer(...twenty, hang);
    const one = rig(server.origin, SOON);
    await failTimes(20, one);
    pass(170);
    expect(await one.fail(GET, 30)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    await eventually(() => one.upstream.health() === 'DOWN');
  });

  test('that is refused for rate is an answer: it closes', async () => {
    const server = await misbehavingServer(...twenty, answer(429));
    const one = rig(server.origin, SOON);
    await failTimes(20, one);
    pass(170);
    expect(await one.fail()).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED' });
    expect(one.upstream.health()).toBe('UP');
  });
});

describe('what speaks against a provider', () => {
  test.each<[string, Way]>([
    ['reset', resetBeforeHeaders],
    ['500', answer(500)],
    ['503', answer(503)],
    ['truncated', cutShort('{"a":')],
    ['not JSON', html(200)],
    ['slow', drip],
  ])('%s', async (_, way) => {
    const server = await misbehavingServer(way);
    const { upstream, fail } = rig(server.origin, { ...ONE, breakerMinimumCalls: 3, readDeadlineMs: 100 });
    for (let i = 0; i < 3; i++) await fail();
    await eventually(() => upstream.health() === 'DOWN');
  });

  test.each<[string, Way]>([
    ['400', answer(400)],
    ['401', answer(401)],
    ['403', answer(403)],
    ['404', answer(404)],
    ['404 with HTML', html(404)],
    ['408', answer(408)],
    ['429', answer(429)],
    ['a redirect', answer(302)],
    ['too large', json('x'.repeat(999))],
  ])('not %s', async (_, way) => {
    const server = await misbehavingServer(way);
    const { upstream, send } = rig(server.origin, { ...ONE, breakerMinimumCalls: 3, maxAnswerBytes: 100 });
    for (let i = 0; i < 6; i++) await send().catch(() => {});
    expect(upstream.health()).toBe('UP');
  });

  test('not callers in a hurry', async () => {
    const server = await misbehavingServer(hang);
    const { upstream, fail, observations } = rig(server.origin, { ...ONE, breakerMinimumCalls: 3 });
    for (let i = 0; i < 6; i++) await fail(GET, 20);
    await eventually(() => observations.length === 6);
    expect(upstream.health()).toBe('UP');
  });

  test('a change that nobody waited for, when it fails in the end', async () => {
    const server = await misbehavingServer(later(60, answer(500)));
    const { upstream, fail } = rig(server.origin, { breakerMinimumCalls: 3 });
    for (let i = 0; i < 3; i++) await fail(POST, 20);
    await eventually(() => upstream.health() === 'DOWN');
  });
});
