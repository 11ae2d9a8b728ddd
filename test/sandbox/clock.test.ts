import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Clock } from '../../sandbox/clock.ts';

test('appointments are visited at their own moment, those of one moment in the order made', () => {
  const visits = fc.array(fc.nat({ max: 20 }));
  const steps = fc.array(fc.nat({ max: 8 }));
  fc.assert(
    fc.property(visits, steps, (times, advances) => {
      const clock = new Clock(0);
      const seen: { index: number; at: number }[] = [];
      for (const [index, time] of times.entries()) clock.at(time, () => seen.push({ index, at: clock.now() }));
      for (const step of advances) clock.advance(step);
      const end = advances.reduce((sum, step) => sum + step, 0);
      const due = times.map((at, index) => ({ index, at })).filter(({ at }) => advances.length > 0 && at <= end);
      expect(seen).toEqual(due.toSorted((a, b) => a.at - b.at || a.index - b.index));
      expect(clock.now()).toBe(end);
    }),
  );
});

test('what an appointment arranges is visited in the same advance, when it is due', () => {
  const clock = new Clock(1000);
  const seen: number[] = [];
  clock.at(1010, () => clock.at(1020, () => seen.push(clock.now())));
  clock.at(1015, () => clock.at(1001, () => seen.push(clock.now())));
  clock.advance(50);
  expect(seen).toEqual([1015, 1020]);
});
