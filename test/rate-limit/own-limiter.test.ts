import { expect, test } from 'vitest';
import { OwnLimiter } from '../../src/rate-limit/own-limiter.ts';

function limiterAt(rate: { points: number; seconds: number }) {
  const clock = { now: 1_800_000_000_000 };
  const limiter = new OwnLimiter(rate, () => clock.now);
  const allowedOf = (count: number, caller = 'a') =>
    Array.from({ length: count }, () => limiter.take(caller).allowed).filter(Boolean).length;
  return { clock, limiter, allowedOf };
}

test('so many at once, then as many as come back over time, and it is told when the next may come', () => {
  const { clock, limiter, allowedOf } = limiterAt({ points: 10, seconds: 5 });
  expect(allowedOf(20)).toBe(10);
  expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 500 });
  clock.now += 499;
  expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 1 });
  clock.now += 1;
  expect(allowedOf(3)).toBe(1);
  clock.now += 2000;
  expect(allowedOf(20)).toBe(4);
  clock.now += 60_000;
  expect(allowedOf(20)).toBe(10);
});

test.each([
  { points: 7, seconds: 60 },
  { points: 1, seconds: 1 },
  { points: 999_983, seconds: 3600 },
])('all of $points in $seconds s can be had, and over a long time not more', ({ points, seconds }) => {
  const { clock, allowedOf } = limiterAt({ points, seconds });
  expect(allowedOf(Math.min(points, 5000))).toBe(Math.min(points, 5000));
  if (points > 5000) return;
  let allowed = 0;
  for (let second = 0; second < seconds * 20; second++) {
    clock.now += 1000;
    allowed += allowedOf(3);
  }
  expect(allowed).toBeGreaterThanOrEqual(points * 20 - 1);
  expect(allowed).toBeLessThanOrEqual(points * 20 + 1);
});

test('callers have nothing to do with each other, and waiting costs nothing', () => {
  const { allowedOf } = limiterAt({ points: 3, seconds: 60 });
  expect(allowedOf(100)).toBe(3);
  expect(allowedOf(100, 'b')).toBe(3);
});

test('what is given back can be taken once more, and nobody gets more than all', () => {
  const { clock, limiter, allowedOf } = limiterAt({ points: 3, seconds: 60 });
  limiter.giveBack('a');
  expect(allowedOf(5)).toBe(3);
  limiter.giveBack('a');
  limiter.giveBack('a');
  expect(allowedOf(5)).toBe(2);
  expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 20_000 });
  clock.now += 60_000;
  limiter.giveBack('a');
  expect(allowedOf(5)).toBe(3);
});

test('a clock that is put back locks nobody out for longer than the window', () => {
  const { clock, limiter, allowedOf } = limiterAt({ points: 2, seconds: 10 });
  expect(allowedOf(2)).toBe(2);
  clock.now -= 86_400_000;
  expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 5000 });
  clock.now += 10_000;
  expect(allowedOf(5)).toBe(2);
});

test('callers without end do not fill the memory: who has not asked for longest is forgotten', () => {
  const { limiter, allowedOf } = limiterAt({ points: 1, seconds: 60 });
  expect(allowedOf(2)).toBe(1);
  for (let number = 0; number < 10_000; number++) limiter.take(`other ${number}`);
  expect(allowedOf(1)).toBe(1);
});
