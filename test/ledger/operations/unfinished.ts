import { expect, it } from 'vitest';
import { type FreshStore, LEASE_MS, scopeOf, started, withOperations } from './harness.ts';

/** Which operations of a kind are under way or left, at one provider. */
export function describeUnfinished(fresh: FreshStore): void {
  it('those IN_PROGRESS and UNKNOWN are unfinished, with a lease or without', () =>
    withOperations(fresh, async (operations, { pass }) => {
      expect(await operations.unfinished('FLEXPRICE', 'CREATE', 10)).toEqual([]);
      const ids: string[] = [];
      for (const key of ['1', '2', '3', '4']) {
        ids.push(await started(operations, { scope: scopeOf({ idempotencyKey: key }) }));
      }
      await operations.finish(String(ids[0]), 'a', 'SUCCEEDED', '{}');
      await operations.finish(String(ids[1]), 'a', 'FAILED', '{}');
      await operations.finish(String(ids[2]), 'a', 'UNKNOWN', null);
      pass(LEASE_MS);
      const unfinished = await operations.unfinished('FLEXPRICE', 'CREATE', 10);
      expect(unfinished?.map(({ id }) => id).sort()).toEqual(ids.slice(2).sort());
      expect(unfinished?.[0]?.change).toBe('{"kind":"CREATE"}');
    }));

  it('those of other kinds and providers are left out', () =>
    withOperations(fresh, async (operations) => {
      await started(operations, { scope: scopeOf({ kind: 'DELETE' }) });
      await started(operations, { provider: 'METEROID' });
      expect(await operations.unfinished('FLEXPRICE', 'CREATE', 10)).toEqual([]);
    }));

  it('more than are wanted cannot be told', () =>
    withOperations(fresh, async (operations) => {
      for (const key of ['1', '2', '3']) await started(operations, { scope: scopeOf({ idempotencyKey: key }) });
      expect(await operations.unfinished('FLEXPRICE', 'CREATE', 3)).toHaveLength(3);
      expect(await operations.unfinished('FLEXPRICE', 'CREATE', 2)).toBeNull();
    }));
}
