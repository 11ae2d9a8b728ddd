import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEnd } from '../../src/listing/find-end.ts';
import { second, session } from './world.ts';

function listOf(count: number) {
  const sessions = Array.from({ length: count }, (_, index) => session('FLEX', `f${index}`, second(count - index)));
  let calls = 0;
  const readAt = async (offset: number, limit: number) => {
    calls++;
    return sessions.slice(offset, offset + limit);
  };
  return { sessions, readAt, calls: () => calls };
}

describe('findEnd', () => {
  it('finds the end of a list of any length in at most 2·log2(n) + 3 calls', async () => {
    const length = fc.oneof(
      fc.integer({ min: 0, max: 1200 }),
      fc.constantFrom(0, 1, 99, 100, 101, 199, 200, 201, 299, 300, 301, 700, 701, 100_000),
    );
    await fc.assert(
      fc.asyncProperty(length, fc.integer({ min: 0, max: 100 }), async (count, want) => {
        const { sessions, readAt, calls } = listOf(count);
        const { count: found, oldest } = await findEnd(readAt, want);
        expect(found).toBe(count);
        expect(oldest).toEqual(want === 0 ? [] : sessions.slice(-want));
        expect(calls()).toBeLessThanOrEqual(2 * Math.log2(Math.max(1, count)) + 3);
      }),
      { numRuns: 300 },
    );
  });

  it('finds it too when sessions are created meanwhile', async () => {
    const { sessions } = listOf(750);
    let calls = 0;
    const { oldest } = await findEnd(async (offset, limit) => {
      sessions.unshift(session('FLEX', `new${calls++}`, second(5000)));
      return sessions.slice(offset, offset + limit);
    }, 100);
    expect(oldest.at(-1)?.providerId).toBe('f749');
  });
});
