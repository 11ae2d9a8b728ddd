import { expect, it } from 'vitest';
import { type FreshStore, LEASE_MS, leaseOf, newOperation, scopeOf, started, withOperations } from './harness.ts';

/** Operations by the key of a caller. */
export function describeFinding(fresh: FreshStore): void {
  it('finds none where there is none', () =>
    withOperations(fresh, async (operations) => {
      await started(operations);
      expect(await operations.find('shop', 'order-2')).toBeNull();
      expect(await operations.find('other', 'order-1')).toBeNull();
      expect(await operations.find('', '')).toBeNull();
    }));

  it('finds the newest of whichever kind and provider', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const begin = async (kind: 'CREATE' | 'CAPTURE' | 'REAUTHORIZE', provider: 'FLEXPRICE' | 'METEROID') => {
        const id = await started(operations, { provider, scope: scopeOf({ kind }) });
        pass(1);
        return id;
      };
      const foundId = async () => (await operations.find('shop', 'order-1'))?.id;
      const capture = await begin('CAPTURE', 'FLEXPRICE');
      expect(await foundId()).toBe(capture);
      const create = await begin('CREATE', 'METEROID');
      expect(await foundId()).toBe(create);
      await operations.finish(capture, 'a', 'FAILED', null);
      expect(await foundId()).toBe(create);
      expect(await begin('CAPTURE', 'FLEXPRICE')).toBe(capture);
      expect(await foundId()).toBe(capture);
      expect(await foundId()).not.toBe(await begin('REAUTHORIZE', 'FLEXPRICE'));
      expect((await operations.find('shop', 'order-1'))?.scope).toEqual(scopeOf({ kind: 'REAUTHORIZE' }));
      expect((await operations.find('shop', 'order-1', 'CAPTURE'))?.id).toBe(capture);
      expect(await operations.find('shop', 'order-1', 'CANCEL')).toBeNull();
    }));

  it('finds by its scope what was written with another in its place, and gives that one', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const storedScope = scopeOf({ caller: 'sealed', idempotencyKey: 'sealed too' });
      const id = await started(operations, { storedScope });
      const found = await operations.find('shop', 'order-1');
      expect(found).toMatchObject({ id, scope: storedScope });
      expect(await operations.find(storedScope.caller, storedScope.idempotencyKey)).toBeNull();
      expect((await operations.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
      expect(await operations.renew(id, leaseOf('a'))).toBe(true);
      pass(LEASE_MS);
      expect(await operations.unfinished('FLEXPRICE', 'CREATE', 10)).toMatchObject([{ id, scope: storedScope }]);
      expect(await operations.takeLeft(leaseOf('b'), 10)).toMatchObject([{ id, scope: storedScope }]);
      expect(await operations.finish(id, 'b', 'SUCCEEDED', null)).toBe(true);
      expect(await operations.begin(newOperation(), leaseOf('c'))).toMatchObject({
        is: 'SUCCEEDED',
        operation: { id },
      });
    }));
}
