import { describe, expect, test } from 'vitest';
import { pathSegment } from '../../src/upstream/index.ts';
import { retryAfterMsOf } from '../../src/upstream/retry-after.ts';
import { RetryBudget } from '../../src/upstream/retry-budget.ts';
import { SlidingWindow } from '../../src/upstream/sliding-window.ts';

describe('pathSegment', () => {
  test.each(['cs_1', 'a/b', 'a?b#c', '100%', '%2e%2e', '...', 'a b', 'ü🦊', "{x}'()*!", '\\..\\', ':@&=+$,;'])(
    '%s stays one segment and the same',
    (id) => {
      const url = new URL(`http://h.test/sessions/${pathSegment(id)}/items`);
      const [, sessions, segment, items] = url.pathname.split('/');
      expect([sessions, decodeURIComponent(segment ?? ''), items]).toEqual(['sessions', id, 'items']);
    },
  );

  test.each(['', '.', '..', '\ud800'])('%j is refused', (id) => {
    expect(() => pathSegment(id)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});

describe('retryAfterMsOf', () => {
  const now = Date.UTC(1994, 10, 6, 8, 49, 30);
  test.each([
    ['0', 0],
    ['7', 7000],
    [' 120 ', 120_000],
    ['0.25', 250],
    ['9'.repeat(400), 86_400_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 7000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 7000],
    ['Sun Nov  6 08:49:37 1994', 7000],
    ['Sun, 06 Nov 1994 08:49:00 GMT', 0],
    ['Sun, 06 Nov 2094 08:49:00 GMT', 86_400_000],
  ])('%s', (header, expected) => expect(retryAfterMsOf({ 'retry-after': header }, now)).toBe(expected));

  test.each(['', 'soon', '-1', '1e3', '0x10', '7 seconds', '1994-11-06T08:49:37Z', 'Sun, 99 Foo 1994 08:49:37 GMT'])(
    '%j is none',
    (header) => expect(retryAfterMsOf({ 'retry-after': header }, now)).toBeUndefined(),
  );

  test('is absent', () => expect(retryAfterMsOf({}, now)).toBeUndefined());
});

describe('RetryBudget', () => {
  test('begins with the reserve and never has more', () => {
    const budget = new RetryBudget(0.2, 2);
    for (let i = 0; i < 100; i++) budget.deposit();
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  });

  test('gives one retry for five calls', () => {
    const budget = new RetryBudget(0.2, 10);
    for (let i = 0; i < 10; i++) budget.take();
    let retries = 0;
    for (let i = 0; i < 1000; i++) {
      budget.deposit();
      if (budget.take()) retries += 1;
    }
    expect(retries).toBe(200);
  });
});

describe('SlidingWindow', () => {
  test('counts a call until it is as old as the window is long', () => {
    let now = 1000;
    const window = new SlidingWindow(100, () => now);
    window.add(true);
    now = 1050;
    window.add(false);
    now = 1099;
    expect([window.total, window.failed]).toEqual([2, 1]);
    now = 1100;
    expect([window.total, window.failed]).toEqual([1, 0]);
    now = 1150;
    expect([window.total, window.failed]).toEqual([0, 0]);
  });

  test('agrees with counting, and keeps no more than counts', () => {
    let now = 1000;
    const window = new SlidingWindow(50, () => now);
    const calls: [number, boolean][] = [];
    for (let i = 0; i < 5000; i++) {
      now += (i * 7919) % 5;
      const failed = i % 3 === 0;
      window.add(failed);
      calls.push([now, failed]);
      const recent = calls.filter(([at]) => at > now - 50);
      if (i % 97 === 0) expect(window.total).toBe(recent.length);
      if (i % 97 === 0) expect(window.failed).toBe(recent.filter(([, bad]) => bad).length);
    }
  });
});
