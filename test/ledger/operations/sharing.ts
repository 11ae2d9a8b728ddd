import { expect, it } from 'vitest';
import type { LedgerAccounts } from '../../../src/ledger/ledger.ts';
import type { Begun, Operations } from '../../../src/ledger/operations.ts';
import {
  ACCOUNTS,
  type Clock,
  createClock,
  type FreshStore,
  LEASE_MS,
  leaseOf,
  newOperation,
  scopeOf,
  started,
} from './harness.ts';

const MANY = Array.from({ length: 200 }, (_, number) => number);

/** What two gateways make of the same data. */
export function describeSharing(fresh: FreshStore): void {
  const withTwo = async (
    use: (one: Operations, two: Operations, clock: Clock) => Promise<void>,
    [first, second]: readonly [LedgerAccounts, LedgerAccounts] = [ACCOUNTS, ACCOUNTS],
  ) => {
    const clock = createClock();
    const open = fresh();
    const one = await open({ accounts: first, now: clock.now });
    const two = await open({ accounts: second, now: clock.now });
    await use(one.operations, two.operations, clock).finally(() => Promise.all([one.close(), two.close()]));
  };

  /** Both begin the same many times at once. */
  const beginOften = async (one: Operations, two: Operations, since?: number): Promise<Map<Begun['is'], number>> => {
    const begun = await Promise.all(
      MANY.map((number) => (number % 2 === 0 ? one : two).begin(newOperation(), leaseOf(`owner-${number}`), since)),
    );
    const counts = new Map<Begun['is'], number>();
    for (const { is } of begun) counts.set(is, (counts.get(is) ?? 0) + 1);
    return counts;
  };

  it('of many that begin, exactly one gets it', () =>
    withTwo(async (one, two, { pass }) => {
      const once = (is: Begun['is']) =>
        new Map<Begun['is'], number>([
          [is, 1],
          ['BUSY', MANY.length - 1],
        ]);
      expect(await beginOften(one, two)).toEqual(once('STARTED'));
      pass(LEASE_MS);
      expect(await beginOften(one, two)).toEqual(once('LEFT'));
      pass(LEASE_MS);
      const [left] = await two.takeLeft(leaseOf('c'), 1);
      expect(await one.finish(left?.id ?? '', 'c', 'UNKNOWN', null)).toBe(true);
      expect(await beginOften(one, two)).toEqual(once('LEFT'));
      pass(LEASE_MS);
      await two.takeLeft(leaseOf('c'), 1);
      expect(await one.finish(left?.id ?? '', 'c', 'FAILED', null)).toBe(true);
      // Those that waited for it make no other attempt.
      expect(await beginOften(one, two, left?.startedAt)).toEqual(new Map([['FAILED', MANY.length]]));
      expect(await beginOften(one, two)).toEqual(once('STARTED'));
    }));

  it('what one has written, the other goes by', () =>
    withTwo(async (one, two) => {
      const id = await started(one);
      expect((await two.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
      expect(await two.renew(id, leaseOf('a'))).toBe(true);
      expect(await two.finish(id, 'b', 'SUCCEEDED', null)).toBe(false);
      expect(await one.finish(id, 'a', 'SUCCEEDED', '{}')).toBe(true);
      const replayed = await two.begin(newOperation(), leaseOf('b'));
      expect(replayed).toEqual({ is: 'SUCCEEDED', operation: await one.find('shop', 'order-1') });
    }));

  it('what was left is taken by one of two', () =>
    withTwo(async (one, two) => {
      for (const number of MANY.slice(0, 40)) {
        const id = await started(one, { scope: scopeOf({ idempotencyKey: `k${number}` }) });
        await one.finish(id, 'a', 'UNKNOWN', null);
      }
      const batches = await Promise.all(
        MANY.slice(0, 10).map((number) => (number % 2 === 0 ? one : two).takeLeft(leaseOf(`owner-${number}`), 5)),
      );
      const ids = batches.flat().map(({ id }) => id);
      expect(ids).toHaveLength(40);
      expect(new Set(ids).size).toBe(40);
    }));

  it('of many operations that claim a session, one gets it', () =>
    withTwo(async (one, two) => {
      const claims = MANY.map((number) => (number % 2 === 0 ? one : two).claim('FLEXPRICE', 'cs_1', `id-${number}`));
      const winners = (await Promise.all(claims)).flatMap((got, number) => (got ? [`id-${number}`] : []));
      expect(winners).toHaveLength(1);
      for (const operations of [one, two]) expect([await operations.claimedBy('FLEXPRICE', 'cs_1')]).toEqual(winners);
    }));

  it('a gateway of another account sees nothing of it', () =>
    withTwo(
      async (one, two, { pass }) => {
        const id = await started(one);
        await one.claim('FLEXPRICE', 'cs_1', id);
        expect(await two.find('shop', 'order-1')).toBeNull();
        expect(await two.claimedBy('FLEXPRICE', 'cs_1')).toBeNull();
        const other = await started(two, { inputHash: 'hash-2' });
        expect(other).not.toBe(id);
        expect(await two.claim('FLEXPRICE', 'cs_1', other)).toBe(true);
        expect(await one.claimedBy('FLEXPRICE', 'cs_1')).toBe(id);
        expect(await two.finish(other, 'a', 'SUCCEEDED', null)).toBe(true);
        pass(LEASE_MS);
        expect(await two.takeLeft(leaseOf('b'), 10)).toEqual([]);
        expect((await one.takeLeft(leaseOf('b'), 10)).map((operation) => operation.id)).toEqual([id]);
      },
      [
        { FLEXPRICE: 'one', METEROID: 'two' },
        { FLEXPRICE: 'another', METEROID: 'two' },
      ],
    ));

  it('a gateway with fewer accounts takes what was left of its own', () =>
    withTwo(
      async (one, two, { pass }) => {
        await started(one, { scope: scopeOf({ idempotencyKey: 'k1' }) });
        const id = await started(one, { provider: 'METEROID', scope: scopeOf({ idempotencyKey: 'k2' }) });
        pass(LEASE_MS);
        expect((await two.takeLeft(leaseOf('b'), 10)).map((operation) => operation.id)).toEqual([id]);
        expect(await two.find('shop', 'k1')).toBeNull();
      },
      [ACCOUNTS, { METEROID: 'two' }],
    ));
}
