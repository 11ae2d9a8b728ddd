import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FILTER, type SessionFilter } from '../../src/checkout/filter.ts';
import type { Ledger, LedgerAccounts } from '../../src/ledger/ledger.ts';
import type { IndexedSession, IndexPageRequest, SessionIndex } from '../../src/ledger/session-index.ts';
import { type Step, step } from './arbitraries.ts';
import { SessionIndexModel } from './session-index-model.ts';
import { at, indexed, START, sessionOf } from './sessions.ts';

/** Opens a ledger that holds nothing yet. */
export type OpenEmpty = (options: { accounts: LedgerAccounts; now: () => number }) => Promise<Ledger>;

const HOUR = 3_600_000;

/** What every session index does, whatever it keeps its sessions in. */
export function describeSessionIndex(store: string, openEmpty: OpenEmpty): void {
  describe(`the session index in ${store}`, () => {
    const withIndex = async (use: (index: SessionIndex, pass: (milliseconds: number) => void) => Promise<void>) => {
      let time = START;
      const ledger = await openEmpty({ accounts: { FLEXPRICE: 'one', METEROID: 'two' }, now: () => time });
      const pass = (milliseconds: number) => {
        time += milliseconds;
      };
      await use(ledger.sessionIndex, pass).finally(() => ledger.close());
    };

    it('lists newest first, at one time by descending id, and last those without a time', () =>
      withIndex(async (index) => {
        await learnAll(index, [
          indexed('none', { createdAt: null }),
          indexed('b', { createdAt: at(1) }),
          indexed('old', { createdAt: at(0) }),
          indexed('a', { createdAt: at(1) }),
        ]);
        expect(idsOf(await index.page(older()))).toEqual(['b', 'a', 'old', 'none']);
      }));

    it('compares ids by their UTF-8 bytes', () =>
      withIndex(async (index) => {
        // JavaScript, which compares halves of surrogate pairs, has them the other way round.
        await learnAll(index, [indexed('\u{1f4b3}'), indexed('\uff5e')]);
        expect(idsOf(await index.page(older()))).toEqual(['\u{1f4b3}', '\uff5e']);
        expect(idsOf(await index.page(older({ from: { createdAt: at(0), providerId: '\u{1f4b3}' } })))).toEqual([
          '\uff5e',
        ]);
      }));

    it('pages both ways from any place, also one that no session stands at', () =>
      withIndex(async (index) => {
        await learnAll(
          index,
          ['a', 'c', 'e', 'g'].map((id) => indexed(id)),
        );
        const from = { createdAt: at(0), providerId: 'c' };
        expect(idsOf(await index.page(older({ from })))).toEqual(['a']);
        expect(idsOf(await index.page(older({ from, inclusive: true })))).toEqual(['c', 'a']);
        expect(idsOf(await index.page(older({ from, direction: 'newer' })))).toEqual(['g', 'e']);
        expect(idsOf(await index.page(older({ from, direction: 'newer', limit: 1 })))).toEqual(['e']);
        expect(idsOf(await index.page(older({ from, direction: 'newer', inclusive: true, limit: 2 })))).toEqual([
          'e',
          'c',
        ]);
        expect(idsOf(await index.page(older({ from: { createdAt: at(0), providerId: 'd' }, limit: 1 })))).toEqual([
          'c',
        ]);
        expect(idsOf(await index.page(older({ direction: 'newer', limit: 1 })))).toEqual(['a']);
        expect(await index.page(older({ limit: 0 }))).toEqual([]);
      }));

    it('remembers a session as it was learned last, and gives it back whole', () =>
      withIndex(async (index) => {
        const session = indexed('a', { customerId: 'cust_1', subscriptionId: 'subs_1', paymentId: 'pay_1' });
        await learnAll(index, [indexed('a'), session, session]);
        expect(await index.page(older())).toEqual([session]);
        await learnAll(index, [{ ...session, status: 'COMPLETED', isArchived: true }]);
        expect(await index.page(older())).toEqual([]);
        expect(await index.page(older({ filter: { ...NO_FILTER, includeArchived: true } }))).toHaveLength(1);
      }));

    it('gives what may have come to match, and counts what matched', () =>
      withIndex(async (index) => {
        await learnAll(index, [
          indexed('completed', { status: 'COMPLETED', subscriptionId: 'subs_1' }),
          indexed('expired', { status: 'EXPIRED' }),
          indexed('open', { status: 'OPEN' }),
          indexed('other', { status: 'OPEN', subscriptionId: 'subs_2' }),
        ]);
        const byStatus: SessionFilter = { ...NO_FILTER, statuses: ['COMPLETED'] };
        expect(idsOf(await index.page(older({ filter: byStatus })))).toEqual(['other', 'open', 'completed']);
        expect(await index.count('FLEXPRICE', byStatus)).toBe(1);
        const bySubscription = { ...NO_FILTER, subscriptionId: 'subs_1' };
        expect(idsOf(await index.page(older({ filter: bySubscription })))).toEqual(['open', 'completed']);
        expect(await index.count('FLEXPRICE', bySubscription)).toBe(1);
      }));

    it('leaves a missing session out for an hour, or until it is learned again', () =>
      withIndex(async (index, pass) => {
        const key = { provider: 'FLEXPRICE', providerId: 'a' } as const;
        await index.missing(key);
        await learnAll(index, [indexed('a'), indexed('b')]);
        await index.missing(key);
        pass(HOUR - 1);
        expect(idsOf(await index.page(older()))).toEqual(['b']);
        expect(await index.count('FLEXPRICE', NO_FILTER)).toBe(1);
        pass(1);
        expect(await index.count('FLEXPRICE', NO_FILTER)).toBe(2);
        await index.missing(key);
        await learnAll(index, [indexed('a')]);
        expect(idsOf(await index.page(older()))).toEqual(['b', 'a']);
      }));

    it('brings many missing sessions back', () =>
      withIndex(async (index, pass) => {
        const sessions = Array.from({ length: 1000 }, (_, number) => indexed(`id_${number}`));
        await learnAll(index, sessions);
        for (const { provider, providerId } of sessions) await index.missing({ provider, providerId });
        pass(HOUR);
        const counts: number[] = [];
        while (counts.length < 1000 && counts.at(-1) !== 1000) counts.push(await index.count('FLEXPRICE', NO_FILTER));
        expect(counts.at(-1)).toBe(1000);
      }));

    it('refuses a provider that it has no account of', () =>
      withIndex(async (index) => {
        await expect(index.count('FLEX', NO_FILTER)).rejects.toMatchObject({ name: 'LedgerError' });
      }));

    it('does what the plain array does', () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), (steps) =>
          withIndex(async (index, pass) => {
            let time = START;
            const model = new SessionIndexModel(() => time);
            for (const each of steps) {
              if (each.kind === 'pass') time += each.milliseconds;
              await take(each, index, model, pass);
            }
          }),
        ),
        { numRuns: 300 },
      ));
  });
}

/** Does the same with both, and compares what they say. */
async function take(step: Step, index: SessionIndex, model: SessionIndexModel, pass: (milliseconds: number) => void) {
  switch (step.kind) {
    case 'learn':
      model.learn(step.session);
      return index.learn(sessionOf(step.session));
    case 'missing':
      model.missing(step);
      return index.missing(step);
    case 'pass':
      return pass(step.milliseconds);
    case 'page':
      return expect(await index.page(step.request)).toEqual(model.page(step.request));
    case 'count':
      return expect(await index.count(step.provider, step.filter)).toBe(model.count(step.provider, step.filter));
  }
}

async function learnAll(index: SessionIndex, sessions: readonly IndexedSession[]): Promise<void> {
  for (const session of sessions) await index.learn(sessionOf(session));
}

const older = (request: Partial<IndexPageRequest> = {}): IndexPageRequest => ({
  provider: 'FLEXPRICE',
  filter: NO_FILTER,
  direction: 'older',
  from: null,
  limit: 100,
  ...request,
});

const idsOf = (sessions: readonly IndexedSession[]): string[] => sessions.map(({ providerId }) => providerId);
