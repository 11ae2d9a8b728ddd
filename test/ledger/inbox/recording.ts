import { expect, it } from 'vitest';
import { EVENT_MS } from '../../../src/ledger/inbox.ts';
import { LEASE_MS, leaseOf } from '../operations/harness.ts';
import { type FreshStore, idsOf, newEvent, SUBJECT, withInbox } from './harness.ts';

/** Which events are new. */
export function describeRecording(fresh: FreshStore): void {
  it('one that is new is recorded, and not again', () =>
    withInbox(fresh, async (inbox) => {
      expect(await inbox.record(newEvent(), leaseOf('a'))).toBe(true);
      expect(await inbox.record(newEvent(), leaseOf('a'))).toBe(false);
      expect(await inbox.record(newEvent({ subject: '{}' }), leaseOf('b'))).toBe(false);
      expect(await inbox.record(newEvent({ subject: null }), leaseOf('b'))).toBe(false);
    }));

  it('of many that record the same at one time, one gets true', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      const many = Array.from({ length: 50 }, (_, number) => inbox.record(newEvent(), leaseOf(`owner-${number}`)));
      const answers = await Promise.all(many);
      expect(answers.filter(Boolean)).toHaveLength(1);
      // It is that one's.
      expect(await inbox.finish('FLEXPRICE', 'evt_1', `owner-${answers.indexOf(true)}`)).toBe(true);
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
    }));

  it('the same id of another provider is another event', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      expect(await inbox.record(newEvent(), leaseOf('a'))).toBe(true);
      expect(await inbox.record(newEvent({ provider: 'METEROID' }), leaseOf('a'))).toBe(true);
      expect(await inbox.finish('METEROID', 'evt_1', 'a')).toBe(true);
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('b'), 10)).toMatchObject([{ provider: 'FLEXPRICE', eventId: 'evt_1' }]);
    }));

  it('ids that look alike are not the same, and come back as they were given', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      const ids = [
        'e',
        'E',
        ' e',
        'e ',
        'e\t',
        'e"',
        "e'",
        'e:',
        'e}',
        '{e}',
        'é',
        'e\u0301',
        '%',
        '_',
        '*',
        '1',
        '01',
      ];
      ids.push('x'.repeat(255), 'x'.repeat(256), '\u{1f4b3}');
      for (const eventId of ids) expect(await inbox.record(newEvent({ eventId }), leaseOf('a'))).toBe(true);
      for (const eventId of ids) expect(await inbox.record(newEvent({ eventId }), leaseOf('a'))).toBe(false);
      pass(LEASE_MS);
      expect(idsOf(await inbox.take(leaseOf('b'), 100)).sort()).toEqual([...ids].sort());
    }));

  it('subjects come back whole', () =>
    withInbox(fresh, async (inbox, { now, pass }) => {
      const subject = JSON.stringify({ is: 'PAYMENT', paymentId: 'ß\u{1f4b3}\n"\0'.repeat(1000) });
      await inbox.record(newEvent({ subject }), leaseOf('a'));
      const receivedAt = now();
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([
        { provider: 'FLEXPRICE', eventId: 'evt_1', subject, receivedAt, attempts: 0 },
      ]);
    }));

  it('one with nothing to apply is known, and nobody takes it', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      expect(await inbox.record(newEvent({ subject: null }), leaseOf('a'))).toBe(true);
      expect(await inbox.record(newEvent({ subject: null }), leaseOf('a'))).toBe(false);
      expect(await inbox.record(newEvent(), leaseOf('a'))).toBe(false);
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      expect(await inbox.postpone('FLEXPRICE', 'evt_1', 'a', 0)).toBe(false);
    }));

  it.each<[string, string | null, boolean]>([
    ['that was applied', SUBJECT, true],
    ['that was never applied', SUBJECT, false],
    ['with nothing to apply', null, false],
  ])('one %s is known for 7 days from when it was received, and then new', (_name, subject, isApplied) =>
    withInbox(fresh, async (inbox, { now, pass }) => {
      await inbox.record(newEvent({ subject }), leaseOf('a', 2 * EVENT_MS));
      pass(1000);
      if (isApplied) expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(true);
      pass(EVENT_MS - 1001);
      expect(await inbox.record(newEvent({ subject: '{}' }), leaseOf('b'))).toBe(false);
      pass(1);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      expect(await inbox.postpone('FLEXPRICE', 'evt_1', 'a', 0)).toBe(false);
      expect(await inbox.record(newEvent({ subject: '{}' }), leaseOf('b'))).toBe(true);
      expect(await inbox.record(newEvent({ subject: '{}' }), leaseOf('b'))).toBe(false);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      const receivedAt = now();
      pass(LEASE_MS);
      const anew = { provider: 'FLEXPRICE', eventId: 'evt_1', subject: '{}', receivedAt, attempts: 0 };
      expect(await inbox.take(leaseOf('c'), 10)).toEqual([anew]);
    }),
  );

  it('one that comes anew after 7 days with nothing to apply leaves nothing of what it was', () =>
    withInbox(fresh, async (inbox, { pass }) => {
      await inbox.record(newEvent(), leaseOf('a'));
      await inbox.postpone('FLEXPRICE', 'evt_1', 'a', LEASE_MS);
      pass(EVENT_MS);
      expect(await inbox.record(newEvent({ subject: null }), leaseOf('a'))).toBe(true);
      expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
      pass(LEASE_MS);
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
    }));

  it('one of many that are too old comes anew like any other', () =>
    withInbox(fresh, async (inbox, { now, pass }) => {
      // More than are removed at once, so that it is still there.
      for (let number = 0; number < 60; number++) {
        await inbox.record(newEvent({ eventId: `evt_${number}` }), leaseOf('a'));
        pass(1);
      }
      await inbox.postpone('FLEXPRICE', 'evt_59', 'a', LEASE_MS);
      pass(EVENT_MS - 1);
      const anew = newEvent({ eventId: 'evt_59', subject: '{}' });
      expect(await inbox.record(anew, leaseOf('b', 0))).toBe(true);
      expect(await inbox.take(leaseOf('c'), 10)).toEqual([{ ...anew, receivedAt: now(), attempts: 0 }]);
    }));

  it('a provider without an account is refused', () =>
    withInbox(fresh, async (inbox) => {
      const refusal = { name: 'LedgerError', message: 'The ledger was opened for no account of FLEX.' };
      await expect(inbox.record(newEvent({ provider: 'FLEX' }), leaseOf('a'))).rejects.toMatchObject(refusal);
      await expect(inbox.finish('FLEX', 'evt_1', 'a')).rejects.toMatchObject(refusal);
      await expect(inbox.postpone('FLEX', 'evt_1', 'a', 1)).rejects.toMatchObject(refusal);
    }));
}
