import { expect, it } from 'vitest';
import { type FreshStore, HOUR, LEASE_MS, leaseOf, newOperation, scopeOf, started, withOperations } from './harness.ts';

const NOBODY = 'x'.repeat(43);

/** Who may work on an operation, and how long. */
export function describeLeases(fresh: FreshStore): void {
  it('a lease that is renewed lasts from then on', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const id = await started(operations);
      pass(LEASE_MS - 1);
      expect(await operations.renew(id, leaseOf('a', 2 * LEASE_MS))).toBe(true);
      pass(2 * LEASE_MS - 1);
      expect((await operations.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
      // Shorter than it would have lasted.
      expect(await operations.renew(id, leaseOf('a', 0))).toBe(true);
      expect((await operations.begin(newOperation(), leaseOf('b'))).is).toBe('LEFT');
    }));

  it('who has no lease can neither renew nor finish, and changes nothing by trying', () =>
    withOperations(fresh, async (operations) => {
      const id = await started(operations);
      const before = await operations.find('shop', 'order-1');
      for (const [which, owner] of [
        [id, 'b'],
        [id, ''],
        [NOBODY, 'a'],
        ['', 'a'],
      ] as const) {
        expect(await operations.renew(which, leaseOf(owner, HOUR))).toBe(false);
        expect(await operations.finish(which, owner, 'FAILED', '{}')).toBe(false);
      }
      expect(await operations.find('shop', 'order-1')).toEqual(before);
      expect(await operations.finish(id, 'a', 'SUCCEEDED', '{}')).toBe(true);
    }));

  it('a lease that another took is lost', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const id = await started(operations);
      pass(LEASE_MS);
      expect((await operations.begin(newOperation(), leaseOf('b'))).is).toBe('LEFT');
      expect(await operations.renew(id, leaseOf('a'))).toBe(false);
      expect(await operations.finish(id, 'a', 'SUCCEEDED', '{"by":"a"}')).toBe(false);
      pass(LEASE_MS);
      expect(await operations.takeLeft(leaseOf('c'), 1)).toHaveLength(1);
      expect(await operations.renew(id, leaseOf('b'))).toBe(false);
      expect(await operations.finish(id, 'b', 'FAILED', null)).toBe(false);
      expect(await operations.finish(id, 'c', 'SUCCEEDED', '{"by":"c"}')).toBe(true);
      expect(await operations.find('shop', 'order-1')).toMatchObject({ state: 'SUCCEEDED', result: '{"by":"c"}' });
    }));

  it('one that ran out and that nobody took is not lost', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const id = await started(operations);
      pass(LEASE_MS);
      expect(await operations.renew(id, leaseOf('a'))).toBe(true);
      expect((await operations.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
      pass(HOUR);
      expect(await operations.finish(id, 'a', 'SUCCEEDED', '{}')).toBe(true);
    }));

  it.each(['SUCCEEDED', 'FAILED', 'UNKNOWN'] as const)('finishing as %s gives it up', (state) =>
    withOperations(fresh, async (operations, { now }) => {
      const id = await started(operations);
      const result = state === 'UNKNOWN' ? null : '{"first":true}';
      expect(await operations.finish(id, 'a', state, result)).toBe(true);
      const finished = await operations.find('shop', 'order-1');
      expect(finished).toMatchObject({ state, result, finishedAt: state === 'UNKNOWN' ? null : now() });
      expect(await operations.renew(id, leaseOf('a'))).toBe(false);
      expect(await operations.finish(id, 'a', 'SUCCEEDED', '{}')).toBe(false);
      expect(await operations.find('shop', 'order-1')).toEqual(finished);
    }),
  );

  it.each(['SUCCEEDED', 'FAILED'] as const)(
    'one that %s has forgotten what was asked for, and knows it again',
    (state) =>
      withOperations(fresh, async (operations) => {
        const change = JSON.stringify({ email: 'canary@example.com' });
        const other = { change: '{}', inputHash: 'hash-2' };
        const id = await started(operations, { change });
        expect(await operations.finish(id, 'a', state, '{}')).toBe(true);
        const finished = await operations.find('shop', 'order-1');
        if (!finished) throw new Error('Expected what was begun.');
        expect(JSON.stringify(finished)).not.toContain('canary');
        expect(operations.hasInput(finished, newOperation().inputHash)).toBe(true);
        expect(operations.hasInput(finished, other.inputHash)).toBe(false);
        const again = await operations.begin(newOperation({ change }), leaseOf('b'));
        if (state === 'SUCCEEDED') {
          expect(again).toEqual({ is: 'SUCCEEDED', operation: finished });
          expect((await operations.begin(newOperation(other), leaseOf('b'))).is).toBe('OTHER_INPUT');
        } else {
          expect(again).toMatchObject({ is: 'STARTED', operation: { change } });
        }
      }),
  );

  it('one that is UNKNOWN has not, since it may have to be sent again', () =>
    withOperations(fresh, async (operations) => {
      const change = JSON.stringify({ email: 'canary@example.com' });
      await operations.finish(await started(operations, { change }), 'a', 'UNKNOWN', null);
      expect(await operations.takeLeft(leaseOf('b'), 1)).toMatchObject([{ change }]);
    }));

  it('takes one that was found, if it is left still, and never begins one anew', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const id = await started(operations);
      const found = await operations.find('shop', 'order-1');
      if (!found) throw new Error('Expected what was begun.');
      expect(await operations.take(found, leaseOf('b'))).toBeNull();
      pass(LEASE_MS);
      expect(await operations.take(found, leaseOf('b'))).toEqual({ ...found, state: 'UNKNOWN' });
      expect(await operations.take(found, leaseOf('c'))).toBeNull();
      expect(await operations.finish(id, 'b', 'FAILED', '{}')).toBe(true);
      expect(await operations.take(found, leaseOf('c'))).toBeNull();
      expect(await operations.find('shop', 'order-1')).toMatchObject({ state: 'FAILED' });
      await operations.begin(newOperation(), leaseOf('d'));
      pass(LEASE_MS);
      // It is another beginning by now.
      expect(await operations.take(found, leaseOf('c'))).toBeNull();
    }));

  it('takes what was left, what waits longest first, and no more than it is asked to', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const ids: string[] = [];
      for (const idempotencyKey of ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7']) {
        const provider = ids.length % 2 === 0 ? 'METEROID' : 'FLEXPRICE';
        ids.push(await started(operations, { provider, scope: scopeOf({ idempotencyKey }) }, leaseOf('a', HOUR)));
        pass(1);
      }
      const [k1 = '', k2 = '', k3 = '', k4 = '', k5 = '', k6 = '', k7 = ''] = ids;
      for (const id of [k2, k6]) await operations.finish(id, 'a', 'UNKNOWN', null);
      await operations.finish(k3, 'a', 'SUCCEEDED', null);
      await operations.finish(k4, 'a', 'FAILED', null);
      await operations.renew(k5, leaseOf('a', 2 * HOUR));
      pass(HOUR);
      expect(await operations.takeLeft(leaseOf('b'), 0)).toEqual([]);
      const taken = await operations.takeLeft(leaseOf('b'), 2);
      expect(taken.map(({ id }) => id)).toEqual([k2, k6]);
      for (const operation of taken) {
        expect(operation).toEqual(await operations.find('shop', operation.scope.idempotencyKey));
        expect(operation.state).toBe('UNKNOWN');
      }
      expect((await operations.takeLeft(leaseOf('c'), 10)).map(({ id }) => id)).toEqual([k1, k7]);
      expect(await operations.takeLeft(leaseOf('c'), 10)).toEqual([]);
      expect(await operations.finish(k2, 'b', 'SUCCEEDED', null)).toBe(true);
      // Of the other and those that `c` took the leases run out again.
      pass(LEASE_MS);
      expect(await operations.takeLeft(leaseOf('d'), 10)).toHaveLength(3);
    }));

  it('one that was left last is taken soon, however many are looked at again and again', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const parkMs = 2000;
      for (let number = 0; number < 20; number++) {
        const id = await started(operations, { scope: scopeOf({ idempotencyKey: `parked-${number}` }) });
        await operations.renew(id, leaseOf('a', parkMs));
        pass(1);
      }
      const lookAround = async () => {
        pass(parkMs);
        const taken = await operations.takeLeft(leaseOf('b'), 10);
        for (const { id } of taken) await operations.renew(id, leaseOf('b', parkMs));
        return taken.map(({ id }) => id);
      };
      for (let round = 0; round < 4; round++) expect(await lookAround()).toHaveLength(10);
      const lease = leaseOf('gone', parkMs / 2);
      const late = await started(operations, { scope: scopeOf({ idempotencyKey: 'late' }) }, lease);
      expect([...(await lookAround()), ...(await lookAround())]).toContain(late);
      const all = new Set([...(await lookAround()), ...(await lookAround()), ...(await lookAround())]);
      expect(all.size).toBe(21);
    }));

  it('takes many that were left at one moment, each once', () =>
    withOperations(fresh, async (operations) => {
      for (let number = 0; number < 25; number++) {
        const id = await started(operations, { scope: scopeOf({ idempotencyKey: `k${number}` }) });
        await operations.finish(id, 'a', 'UNKNOWN', null);
      }
      const taken = new Set<string>();
      for (const most of [10, 10, 5, 0]) {
        const batch = await operations.takeLeft(leaseOf('b'), 10);
        expect(batch).toHaveLength(most);
        for (const { id } of batch) taken.add(id);
      }
      expect(taken.size).toBe(25);
    }));
}
