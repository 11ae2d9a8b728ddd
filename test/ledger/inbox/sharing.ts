import { expect, it } from 'vitest';
import { ACCOUNTS, LEASE_MS, leaseOf } from '../operations/harness.ts';
import { type FreshStore, idsOf, newEvent, withTwo } from './harness.ts';

const MANY = Array.from({ length: 50 }, (_, number) => number);

/** What two gateways make of the same events. */
export function describeSharing(fresh: FreshStore): void {
  it('of two that record many times at once, one gets it, once', () =>
    withTwo(fresh, async (one, two) => {
      const answers = await Promise.all(
        MANY.map((number) => (number % 2 === 0 ? one : two).inbox.record(newEvent(), leaseOf(`owner-${number}`))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await two.inbox.finish('FLEXPRICE', 'evt_1', `owner-${answers.indexOf(true)}`)).toBe(true);
      expect(await one.inbox.record(newEvent(), leaseOf('a'))).toBe(false);
    }));

  it('what one has written, the other goes by', () =>
    withTwo(fresh, async (one, two, { pass }) => {
      await one.inbox.record(newEvent(), leaseOf('a'));
      expect(await two.inbox.take(leaseOf('b'), 10)).toEqual([]);
      expect(await one.inbox.postpone('FLEXPRICE', 'evt_1', 'a', 10)).toBe(true);
      pass(10);
      expect(await two.inbox.take(leaseOf('b'), 10)).toMatchObject([{ eventId: 'evt_1', attempts: 1 }]);
      expect(await one.inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      expect(await two.inbox.finish('FLEXPRICE', 'evt_1', 'b')).toBe(true);
      pass(LEASE_MS);
      expect(await one.inbox.take(leaseOf('a'), 10)).toEqual([]);
    }));

  it('what waits is taken by one of two', () =>
    withTwo(fresh, async (one, two) => {
      for (const number of MANY.slice(0, 40)) {
        await one.inbox.record(newEvent({ eventId: `evt_${number}` }), leaseOf('a', 0));
      }
      const batches = await Promise.all(
        MANY.slice(0, 10).map((number) => (number % 2 === 0 ? one : two).inbox.take(leaseOf(`owner-${number}`), 5)),
      );
      const ids = idsOf(batches.flat());
      expect(ids).toHaveLength(40);
      expect(new Set(ids).size).toBe(40);
    }));

  it('a gateway of another account sees nothing of it', () =>
    withTwo(
      fresh,
      async (one, two, { pass }) => {
        expect(await one.inbox.record(newEvent({ subject: '{"of":"one"}' }), leaseOf('a'))).toBe(true);
        expect(await two.inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
        expect(await two.inbox.postpone('FLEXPRICE', 'evt_1', 'a', 0)).toBe(false);
        expect(await two.inbox.record(newEvent({ subject: '{"of":"two"}' }), leaseOf('a'))).toBe(true);
        pass(LEASE_MS);
        expect(await two.inbox.take(leaseOf('b'), 10)).toMatchObject([{ subject: '{"of":"two"}' }]);
        expect(await two.inbox.finish('FLEXPRICE', 'evt_1', 'b')).toBe(true);
        expect(await one.inbox.take(leaseOf('b'), 10)).toMatchObject([{ subject: '{"of":"one"}' }]);
        // What they have in common they share.
        expect(await one.inbox.record(newEvent({ provider: 'METEROID' }), leaseOf('a'))).toBe(true);
        expect(await two.inbox.record(newEvent({ provider: 'METEROID' }), leaseOf('a'))).toBe(false);
      },
      [ACCOUNTS, { FLEXPRICE: 'another', METEROID: 'two' }],
    ));

  it('a gateway with fewer accounts takes what waits of its own', () =>
    withTwo(
      fresh,
      async (one, two, { pass }) => {
        await one.inbox.record(newEvent(), leaseOf('a'));
        pass(1);
        await one.inbox.record(newEvent({ eventId: 'evt_2', provider: 'METEROID' }), leaseOf('a'));
        pass(LEASE_MS);
        expect(idsOf(await two.inbox.take(leaseOf('b'), 1))).toEqual(['evt_2']);
        expect(idsOf(await one.inbox.take(leaseOf('b'), 10))).toEqual(['evt_1']);
      },
      [ACCOUNTS, { METEROID: 'two' }],
    ));
}
