import { describe, expect, it } from 'vitest';
import { TOLD_MS } from '../../src/ledger/told-states.ts';
import { type FreshStore, withToldStates, withTwo } from './inbox/harness.ts';
import { ACCOUNTS } from './operations/harness.ts';

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;
const MANY = Array.from({ length: 50 }, (_, number) => number);

/**
 * What is remembered of what subscribers were told, whatever it is kept in.
 * @param fresh makes a store that holds nothing yet; of what it gives, one is opened
 */
export function describeToldStates(store: string, fresh: FreshStore): void {
  describe(`what was told, in ${store}`, () => {
    describeReplacing(fresh);
    describeKeeping(fresh);
  });
}

/**
 * The same, and what several gateways make of it.
 * @param fresh makes a store that holds nothing yet; all that it opens then is the same data
 */
export function describeSharedToldStates(store: string, fresh: FreshStore): void {
  describeToldStates(store, fresh);
  describe(`what was told, in ${store}, shared`, () => describeSharing(fresh));
}

function describeReplacing(fresh: FreshStore): void {
  it('a text is written by who knows the latest', () =>
    withToldStates(fresh, async (told) => {
      expect(await told.read(KEY)).toBeNull();
      expect(await told.replace(KEY, '"one"', 1)).toBe(false);
      expect(await told.read(KEY)).toBeNull();
      expect(await told.replace(KEY, '"one"', null)).toBe(true);
      const one = await told.read(KEY);
      expect(one?.text).toBe('"one"');
      expect(await told.replace(KEY, '"other"', null)).toBe(false);
      expect(await told.replace(KEY, '"other"', (one?.revision ?? 0) + 1)).toBe(false);
      expect(await told.read(KEY)).toEqual(one);
      expect(await told.replace(KEY, '"two"', one?.revision ?? 0)).toBe(true);
      const two = await told.read(KEY);
      expect(two?.text).toBe('"two"');
      expect(await told.replace(KEY, '"other"', one?.revision ?? 0)).toBe(false);
      expect(await told.read(KEY)).toEqual(two);
    }));

  it('the same text again is another writing', () =>
    withToldStates(fresh, async (told) => {
      const revisions = new Set<number>();
      for (const _ of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
        expect(await told.replace(KEY, '"x"', (await told.read(KEY))?.revision ?? null)).toBe(true);
        revisions.add((await told.read(KEY))?.revision ?? 0);
      }
      expect(revisions.size).toBe(11);
    }));

  it('of many that go by the same one, one is the fastest', () =>
    withToldStates(fresh, async (told) => {
      for (const _ of ['first', 'later', 'later still']) {
        const revision = (await told.read(KEY))?.revision ?? null;
        const answers = await Promise.all(MANY.map((number) => told.replace(KEY, String(number), revision)));
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect((await told.read(KEY))?.text).toBe(String(answers.indexOf(true)));
      }
    }));

  it('sessions and providers have nothing to do with each other', () =>
    withToldStates(fresh, async (told) => {
      const keys = ['cs_1', 'CS_1', 'cs_1 ', 'cs_', 'çs_1', '}'].flatMap((providerId) =>
        (['FLEXPRICE', 'METEROID'] as const).map((provider) => ({ provider, providerId })),
      );
      for (const key of keys) expect(await told.replace(key, JSON.stringify(key), null)).toBe(true);
      for (const key of keys) expect((await told.read(key))?.text).toBe(JSON.stringify(key));
    }));

  it('texts come back whole', () =>
    withToldStates(fresh, async (told) => {
      for (const text of [
        'null',
        '""',
        JSON.stringify('ß\u{1f4b3}\n"\0'.repeat(90)),
        JSON.stringify('x'.repeat(998)),
      ]) {
        const revision = (await told.read(KEY))?.revision ?? null;
        expect(await told.replace(KEY, text, revision)).toBe(true);
        expect((await told.read(KEY))?.text).toBe(text);
      }
    }));

  it('a provider without an account is refused', () =>
    withToldStates(fresh, async (told) => {
      const refusal = { name: 'LedgerError', message: 'The ledger was opened for no account of FLEX.' };
      const key = { provider: 'FLEX', providerId: 'fcs_1' } as const;
      await expect(told.read(key)).rejects.toMatchObject(refusal);
      await expect(told.replace(key, '1', null)).rejects.toMatchObject(refusal);
    }));
}

function describeKeeping(fresh: FreshStore): void {
  it('a text is there for 7 days from its latest writing, and then as if it had never been', () =>
    withToldStates(fresh, async (told, { pass }) => {
      await told.replace(KEY, '"one"', null);
      const one = await told.read(KEY);
      pass(TOLD_MS - 1);
      expect(await told.read(KEY)).toEqual(one);
      expect(await told.replace(KEY, '"two"', one?.revision ?? 0)).toBe(true);
      const two = await told.read(KEY);
      pass(TOLD_MS - 1);
      expect(await told.read(KEY)).toEqual(two);
      // What was refused is no writing.
      expect(await told.replace(KEY, '"other"', null)).toBe(false);
      pass(1);
      expect(await told.read(KEY)).toBeNull();
      expect(await told.replace(KEY, '"three"', two?.revision ?? 0)).toBe(false);
      expect(await told.replace(KEY, '"three"', null)).toBe(true);
      expect((await told.read(KEY))?.text).toBe('"three"');
      pass(TOLD_MS - 1);
      expect((await told.read(KEY))?.text).toBe('"three"');
      pass(1);
      expect(await told.replace(KEY, '"four"', null)).toBe(true);
      expect((await told.read(KEY))?.text).toBe('"four"');
    }));
}

function describeSharing(fresh: FreshStore): void {
  it('of two gateways one is the faster', () =>
    withTwo(fresh, async (one, two) => {
      const of = (number: number) => (number % 2 === 0 ? one : two).toldStates;
      for (const _ of ['first', 'later']) {
        const revision = (await one.toldStates.read(KEY))?.revision ?? null;
        const answers = await Promise.all(MANY.map((number) => of(number).replace(KEY, String(number), revision)));
        expect(answers.filter(Boolean)).toHaveLength(1);
        for (const { toldStates } of [one, two]) {
          expect((await toldStates.read(KEY))?.text).toBe(String(answers.indexOf(true)));
        }
      }
    }));

  it('a gateway of another account sees nothing of it', () =>
    withTwo(
      fresh,
      async (one, two) => {
        await one.toldStates.replace(KEY, '"one"', null);
        expect(await two.toldStates.read(KEY)).toBeNull();
        expect(await two.toldStates.replace(KEY, '"two"', null)).toBe(true);
        expect((await one.toldStates.read(KEY))?.text).toBe('"one"');
        expect((await two.toldStates.read(KEY))?.text).toBe('"two"');
      },
      [ACCOUNTS, { FLEXPRICE: 'another' }],
    ));
}
