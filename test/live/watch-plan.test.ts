import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionStatus } from '../../src/checkout/status.ts';
import { watchInterval } from '../../src/live/watch-plan.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const open = fc.constantFrom<SessionStatus>('OPEN', 'PROCESSING', 'UNKNOWN');
const age = fc.option(fc.integer({ min: -MINUTE, max: 90 * 24 * 60 * MINUTE }));
const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('how often a session is looked at', () => {
  it.each([
    [0, 3],
    [MINUTE, 3],
    [2 * MINUTE, 6],
    [5 * MINUTE, 15],
    [10 * MINUTE, 30],
    [24 * 60 * MINUTE, 30],
    // Its clock may be ahead of ours; and one that does not tell its age may be young.
    [-MINUTE, 3],
    [null, 3],
  ])('%s ms old: every %s s', (ageMs, seconds) => {
    expect(watchInterval('OPEN', ageMs, 0.5)).toBe(seconds * SECOND);
  });

  it('never more often than every 2.55 s nor less often than every 34.5 s while it may be paid', () => {
    fc.assert(
      fc.property(open, age, random, (status, ageMs, number) => {
        const ms = watchInterval(status, ageMs, number);
        expect(ms).toBeGreaterThanOrEqual(2550);
        expect(ms).toBeLessThanOrEqual(34_500);
      }),
    );
  });

  it('the older the less often, 15 % more or less', () => {
    fc.assert(
      fc.property(open, fc.nat(), fc.nat(), random, (status, a, b, number) => {
        const [young, old] = [Math.min(a, b), Math.max(a, b)];
        expect(watchInterval(status, young, number)).toBeLessThanOrEqual(watchInterval(status, old, number));
        const middle = watchInterval(status, young, 0.5);
        expect(Math.abs(watchInterval(status, young, number) / middle - 1)).toBeLessThanOrEqual(0.1500001);
      }),
    );
  });

  it.each(['COMPLETED', 'EXPIRED', 'CANCELED', 'FAILED'] as const)('one that is %s: every five minutes', (status) => {
    expect(watchInterval(status, 0, 0.5)).toBe(5 * MINUTE);
  });
});
