import { expect, it } from 'vitest';
import { OPERATION_MS } from '../../../src/ledger/operations.ts';
import { type FreshStore, withOperations } from './harness.ts';

/** Which operation a session comes from. */
export function describeClaims(fresh: FreshStore): void {
  it('a session is of the operation that claims it first', () =>
    withOperations(fresh, async (operations) => {
      expect(await operations.claimedBy('FLEXPRICE', 'cs_1')).toBeNull();
      expect(await operations.claim('FLEXPRICE', 'cs_1', 'one')).toBe(true);
      expect(await operations.claim('FLEXPRICE', 'cs_1', 'two')).toBe(false);
      expect(await operations.claim('FLEXPRICE', 'cs_1', 'one')).toBe(true);
      expect(await operations.claimedBy('FLEXPRICE', 'cs_1')).toBe('one');
    }));

  it('ids of other sessions and providers have nothing to do with it', () =>
    withOperations(fresh, async (operations) => {
      await operations.claim('FLEXPRICE', 'cs_1', 'one');
      for (const id of ['CS_1', 'cs_1 ', 'cs_']) expect(await operations.claimedBy('FLEXPRICE', id)).toBeNull();
      expect(await operations.claim('METEROID', 'cs_1', 'two')).toBe(true);
      // One operation can have several.
      expect(await operations.claim('FLEXPRICE', 'cs_2', 'one')).toBe(true);
      expect(await operations.claimedBy('METEROID', 'cs_1')).toBe('two');
    }));

  it('a claim lasts 72 hours from when it was first made', () =>
    withOperations(fresh, async (operations, { pass }) => {
      await operations.claim('FLEXPRICE', 'cs_1', 'one');
      pass(OPERATION_MS - 1);
      expect(await operations.claim('FLEXPRICE', 'cs_1', 'one')).toBe(true);
      expect(await operations.claim('FLEXPRICE', 'cs_1', 'two')).toBe(false);
      pass(1);
      expect(await operations.claimedBy('FLEXPRICE', 'cs_1')).toBeNull();
      expect(await operations.claim('FLEXPRICE', 'cs_1', 'two')).toBe(true);
      pass(OPERATION_MS - 1);
      expect(await operations.claimedBy('FLEXPRICE', 'cs_1')).toBe('two');
    }));

  it('a provider without an account is refused', () =>
    withOperations(fresh, async (operations) => {
      const refusal = { name: 'LedgerError', message: 'The ledger was opened for no account of FLEX.' };
      await expect(operations.claim('FLEX', 'fcs_1', 'one')).rejects.toMatchObject(refusal);
      await expect(operations.claimedBy('FLEX', 'fcs_1')).rejects.toMatchObject(refusal);
    }));
}
