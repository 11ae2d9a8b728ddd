import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Case, isCreateOf } from './cases.ts';
import type { OpenLedger } from './ledger-under-test.ts';
import { OPERATIONS } from './operations.ts';
import { type Fault, faultStory, killStory, refusedStory } from './stories.ts';

// Every operation of every provider, in every kind of trouble, at every point of its way; the sandbox counts what really
// happened. All stories run beside each other, each with providers of its own; the tests look at what came out.

const GARBLED: Fault = { kind: 'body', body: '<html>gateway</html>' };
const LATE_MS = 1500;

const FAULTS: Record<string, Fault> = {
  'reset before the effect': { kind: 'reset' },
  'no answer before the effect': { kind: 'hang' },
  'no answer, and a late effect': { kind: 'delay', delayMs: LATE_MS },
  '500 before the effect': { kind: 'status', status: 500 },
  '503 before the effect': { kind: 'status', status: 503 },
  'garbled before the effect': GARBLED,
  'reset after the effect': { kind: 'reset', when: 'after' },
  'no answer after the effect': { kind: 'hang', when: 'after' },
  '500 after the effect': { kind: 'status', status: 500, when: 'after' },
  'garbled after the effect': { ...GARBLED, when: 'after' },
  'cut off after the effect': { kind: 'truncate' },
};

export type Stories = Record<string, () => Promise<Case[]>>;

/** Those in which nothing happens to the ledger itself. */
export const storiesOver = (openLedger: OpenLedger): Stories => ({
  'connection refused': () => refusedStory(openLedger),
  'killed before the effect': () => killStory(openLedger, 'before the effect'),
  'killed after the effect': () => killStory(openLedger, 'after the effect'),
  ...Object.fromEntries(
    Object.entries(FAULTS).flatMap(([name, fault]) => [
      [`${name}, until it is over`, () => faultStory(openLedger, fault, true)],
      [`${name}, once`, () => faultStory(openLedger, fault, false)],
    ]),
  ),
});

/** Stories that are told at one time. */
const AT_ONCE = 9;

async function tellAll(stories: Stories, told: Map<string, PromiseSettledResult<Case[]>>): Promise<void> {
  const waiting = Object.entries(stories);
  const tell = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, story] = next;
      const [result] = await Promise.allSettled([story()]);
      told.set(name, result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, tell));
}

/** @param caseCount how many there have to be, so that none is left out unnoticed */
export function describeMatrix(stories: Stories, caseCount: number): void {
  const told = new Map<string, PromiseSettledResult<Case[]>>();
  beforeAll(() => tellAll(stories, told), 180_000);
  afterAll(() => told.clear());
  const casesOf = (name: string): Case[] => {
    const result = told.get(name);
    if (result?.status !== 'fulfilled') throw result?.reason;
    return result.value;
  };

  describe('a change in trouble happens once at most, and nobody is told what is not so', () => {
    it.each(Object.keys(stories))('%s', (name) => {
      const cases = casesOf(name);
      expect(cases.length % OPERATIONS.length).toBe(0);
      expect(cases.every(({ effects }) => effects <= 1)).toBe(true);
    });

    it('in numbers', () => expectNumbers(Object.keys(stories).flatMap(casesOf), caseCount));
  });
}

function expectNumbers(cases: Case[], caseCount: number): void {
  const count = (is: (one: Case) => boolean) => cases.filter(is).length;
  const isOpen = ({ first }: Case) => first === 'UNKNOWN' || first === 'GONE';
  const unknown = count(isOpen);
  const unsettled = cases.filter(({ state }) => state === 'UNKNOWN');
  const numbers = {
    cases: cases.length,
    twice: count(({ effects }) => effects > 1),
    saidDoneAndWasNot: count(({ first, effects }) => first === 'SUCCESS' && effects === 0),
    saidFailedAndWasNot: count(({ first, effects }) => first === 'FAILURE' && effects === 1),
    effects: cases.reduce((sum, { effects }) => sum + effects, 0),
    settled: unknown - unsettled.length,
  };
  expect(numbers).toEqual({
    cases: caseCount,
    twice: 0,
    saidDoneAndWasNot: 0,
    saidFailedAndWasNot: 0,
    effects: count(({ state, effects }) => state === 'SUCCEEDED' || effects === 1),
    settled: count((one) => isOpen(one) && (one.state === 'SUCCEEDED' || one.state === 'FAILED')),
  });
  expect(unknown).toBeGreaterThan(200);
  // Those whose time had passed.
  expect(unsettled.filter((one) => !isCreateOf(one, 'flexprice'))).toEqual([]);
}
