import { expect, it } from 'vitest';
import { EVENT_MS } from '../../../src/ledger/inbox.ts';
import { HOUR, LEASE_MS, leaseOf } from '../operations/harness.ts';
import { type FreshStore, idsOf, newEvent, withInbox } from './harness.ts';

/** Who may apply an event, and when. */
export function describeTaking(fresh: FreshStore): void {
  it('one is taken when its lease is over, and not before', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      await inbox.record(newEvent(), leaseOf('a'));
      pass(LEASE_MS - 1);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
      pass(1);
      expect(idsOf(await inbox.take(leaseOf('b'), 10))).toEqual(['evt_1']);
      pass(LEASE_MS - 1);
      expect(await inbox.take(leaseOf('c'), 10)).toEqual([]);
      pass(1);
      expect(idsOf(await inbox.take(leaseOf('c'), 10))).toEqual(['evt_1']);
    }));

  it('who lost the lease can neither finish nor postpone, and changes nothing by trying', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      await inbox.record(newEvent(), leaseOf('a'));
      pass(LEASE_MS);
      await inbox.take(leaseOf('b'), 10);
      for (const owner of ['a', 'c', '']) {
        expect(await inbox.finish('FLEXPRICE', 'evt_1', owner)).toBe(false);
        expect(await inbox.postpone('FLEXPRICE', 'evt_1', owner, HOUR)).toBe(false);
      }
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('c'), 10)).toMatchObject([{ eventId: 'evt_1', attempts: 0 }]);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'b')).toBe(false);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'c')).toBe(true);
    }));

  it('a lease that ran out and that nobody took is not lost', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      for (const eventId of ['evt_1', 'evt_2']) await inbox.record(newEvent({ eventId }), leaseOf('a'));
      pass(HOUR);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(true);
      expect(await inbox.postpone('FLEXPRICE', 'evt_2', 'a', 0)).toBe(true);
    }));

  it('one that was applied is never taken, and its lease is given up', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      await inbox.record(newEvent(), leaseOf('a'));
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(true);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      expect(await inbox.postpone('FLEXPRICE', 'evt_1', 'a', 0)).toBe(false);
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
    }));

  it('what is not there can be neither finished nor postponed', () =>
    withInbox(fresh, async (inbox) => {
      await inbox.record(newEvent(), leaseOf('a'));
      for (const [provider, eventId] of [
        ['FLEXPRICE', 'evt_2'],
        ['FLEXPRICE', ''],
        ['METEROID', 'evt_1'],
      ] as const) {
        expect(await inbox.finish(provider, eventId, 'a')).toBe(false);
        expect(await inbox.postpone(provider, eventId, 'a', 0)).toBe(false);
      }
    }));

  it('one that was postponed is not taken before its time, and counts', () =>
    withInbox(fresh, async (inbox, { now, pass }) => {
      const receivedAt = now();
      await inbox.record(newEvent(), leaseOf('a'));
      expect(await inbox.postpone('FLEXPRICE', 'evt_1', 'a', HOUR)).toBe(true);
      // The lease is given up.
      expect(await inbox.postpone('FLEXPRICE', 'evt_1', 'a', 0)).toBe(false);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      pass(HOUR - 1);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
      pass(1);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([{ ...newEvent(), receivedAt, attempts: 1 }]);
      // Sooner than the lease would be over.
      expect(await inbox.postpone('FLEXPRICE', 'evt_1', 'b', 1)).toBe(true);
      expect(await inbox.take(leaseOf('c'), 10)).toEqual([]);
      pass(1);
      expect(await inbox.take(leaseOf('c'), 10)).toEqual([{ ...newEvent(), receivedAt, attempts: 2 }]);
      // A lease that ran out is no attempt.
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('d'), 10)).toMatchObject([{ attempts: 2 }]);
    }));

  it('one that was postponed for part of a millisecond waits for all of it', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      await inbox.record(newEvent(), leaseOf('a', 10.5));
      await inbox.postpone('FLEXPRICE', 'evt_1', 'a', 1.5);
      pass(1);
      expect(await inbox.take(leaseOf('b', 0.5), 10)).toEqual([]);
      pass(1);
      expect(await inbox.take(leaseOf('b', 0.5), 10)).toHaveLength(1);
    }));

  it('the oldest come first, whenever they may be taken, and no more than were asked for', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      const ids = Array.from({ length: 9 }, (_, number) => `evt_${number}`);
      const providerOf = (id: string) => (Number(id.at(-1)) % 2 === 0 ? 'METEROID' : 'FLEXPRICE');
      for (const eventId of ids) {
        await inbox.record(newEvent({ eventId, provider: providerOf(eventId) }), leaseOf('a', HOUR));
        pass(1);
      }
      await inbox.finish('FLEXPRICE', 'evt_3', 'a');
      await inbox.postpone('METEROID', 'evt_0', 'a', HOUR - 10);
      await inbox.postpone('FLEXPRICE', 'evt_5', 'a', 2 * HOUR);
      await inbox.postpone('METEROID', 'evt_8', 'a', 0);
      pass(HOUR);
      for (const limit of [0, -1]) expect(await inbox.take(leaseOf('b'), limit)).toEqual([]);
      const taken = await inbox.take(leaseOf('b'), 3);
      expect(idsOf(taken)).toEqual(['evt_0', 'evt_1', 'evt_2']);
      for (const { provider, eventId } of taken) expect(provider).toBe(providerOf(eventId));
      expect(idsOf(await inbox.take(leaseOf('c'), 10))).toEqual(['evt_4', 'evt_6', 'evt_7', 'evt_8']);
      expect(await inbox.take(leaseOf('d'), 10)).toEqual([]);
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('d'), 10)).toHaveLength(7);
    }));

  it('many that came at one moment are each taken once', () =>
    withInbox(fresh, async (inbox) => {
      for (let number = 0; number < 25; number++) {
        await inbox.record(newEvent({ eventId: `evt_${number}` }), leaseOf('a', 0));
      }
      const taken = new Set<string>();
      for (const most of [10, 10, 5, 0]) {
        const batch = await inbox.take(leaseOf('b'), 10);
        expect(batch).toHaveLength(most);
        for (const { eventId } of batch) taken.add(eventId);
      }
      expect(taken.size).toBe(25);
    }));

  it('one that was never applied is taken for 7 days, and then no more', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      await inbox.record(newEvent(), leaseOf('a'));
      await inbox.record(newEvent({ eventId: 'evt_2' }), leaseOf('a', EVENT_MS));
      pass(EVENT_MS - 1);
      expect(idsOf(await inbox.take(leaseOf('b', 0), 10))).toEqual(['evt_1']);
      pass(1);
      expect(await inbox.take(leaseOf('c'), 10)).toEqual([]);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'b')).toBe(false);
    }));
}
