import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Expiry } from '../../src/server/auth-expiry.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function expiry(now: () => number = Date.now) {
  const ended = vi.fn();
  return { ended, expiry: new Expiry(now, ended) };
}

test('it ends at the first of several ends, and once', () => {
  const { ended, expiry: one } = expiry();
  const now = Date.now();
  one.limit(undefined);
  one.limit(now + 5000);
  one.limit(now + 1000);
  one.limit(now + 9000);
  vi.advanceTimersByTime(999);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(ended).toHaveBeenCalledOnce();
});

test('an end that is months away is not at once, as timers take it', () => {
  const { ended, expiry: one } = expiry();
  const days = 86_400_000;
  one.limit(Date.now() + 60 * days);
  vi.advanceTimersByTime(60 * days - 1);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ended).toHaveBeenCalledOnce();
});

test('a clock that is set forward is noticed within a minute', () => {
  let ahead = 0;
  const { ended, expiry: one } = expiry(() => Date.now() + ahead);
  one.limit(Date.now() + 3_600_000);
  ahead = 3_600_000;
  vi.advanceTimersByTime(60_000);
  expect(ended).toHaveBeenCalledOnce();
});

test('what is over already ends in the next turn, and nothing ends after it was called off', () => {
  const { ended, expiry: one } = expiry();
  one.limit(Date.now() - 1);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ended).toHaveBeenCalledOnce();
  const { ended: never, expiry: other } = expiry();
  other.limit(Date.now() + 10);
  other.cancel();
  other.limit(Date.now() + 5);
  vi.advanceTimersByTime(100);
  expect(never).not.toHaveBeenCalled();
});
