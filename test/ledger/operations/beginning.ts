import { expect, it } from 'vitest';
import { FORGOTTEN, OPERATION_MS, type OperationState } from '../../../src/ledger/operations.ts';
import {
  begunAt,
  type FreshStore,
  LEASE_MS,
  leaseOf,
  newOperation,
  scopeOf,
  started,
  withOperations,
} from './harness.ts';

const RESULT = '{"providerId":"cs_1"}';
const OTHER = { inputHash: 'hash-2', change: '{"kind":"CREATE","session":{}}' };

/** What comes of beginning an operation, by what is known of it. */
export function describeBeginning(fresh: FreshStore): void {
  it('a new one is STARTED, and then there', () =>
    withOperations(fresh, async (operations, { now }) => {
      const begun = await operations.begin(newOperation(), leaseOf('a'));
      expect(begun.operation.id).toMatch(/^[\w-]{43}$/);
      expect(begun).toEqual({ is: 'STARTED', operation: begunAt(now(), begun.operation.id) });
      expect(await operations.find('shop', 'order-1')).toEqual(begun.operation);
    }));

  it('one under way is BUSY, also for who does it', () =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const operation = begunAt(now(), await started(operations));
      pass(LEASE_MS - 1);
      for (const owner of ['a', 'b']) {
        expect(await operations.begin(newOperation(), leaseOf(owner))).toEqual({ is: 'BUSY', operation });
      }
    }));

  it('one whose lease ran out is LEFT to the next, once, and UNKNOWN from then on', () =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const operation = begunAt(now(), await started(operations));
      pass(LEASE_MS);
      const left = { ...operation, state: 'UNKNOWN' };
      expect(await operations.begin(newOperation(), leaseOf('b'))).toEqual({ is: 'LEFT', operation: left });
      expect(await operations.begin(newOperation(), leaseOf('c'))).toEqual({ is: 'BUSY', operation: left });
      pass(LEASE_MS);
      expect(await operations.begin(newOperation(), leaseOf('c'))).toEqual({ is: 'LEFT', operation: left });
    }));

  it('an UNKNOWN one that nobody looks into is LEFT at once', () =>
    withOperations(fresh, async (operations, { now }) => {
      const operation = { ...begunAt(now(), await started(operations)), state: 'UNKNOWN' };
      expect(await operations.finish(operation.id, 'a', 'UNKNOWN', null)).toBe(true);
      expect(await operations.begin(newOperation(), leaseOf('b'))).toEqual({ is: 'LEFT', operation });
      expect(await operations.begin(newOperation(), leaseOf('a'))).toEqual({ is: 'BUSY', operation });
    }));

  it('one that is done is SUCCEEDED, with its result, as often as it is asked for', () =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const operation = begunAt(now(), await started(operations));
      pass(5);
      expect(await operations.finish(operation.id, 'a', 'SUCCEEDED', RESULT)).toBe(true);
      const done = { ...operation, change: FORGOTTEN, state: 'SUCCEEDED', finishedAt: now(), result: RESULT };
      for (const owner of ['a', 'b']) {
        pass(LEASE_MS);
        expect(await operations.begin(newOperation(), leaseOf(owner))).toEqual({ is: 'SUCCEEDED', operation: done });
      }
    }));

  it.each([
    ['the same', {}],
    ['a corrected', OTHER],
    ["another provider's", { ...OTHER, provider: 'METEROID' as const }],
  ])('one that FAILED begins anew with %s input', (_name, values) =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const id = await started(operations);
      const result = '{"code":"UPSTREAM_ERROR"}';
      expect(await operations.finish(id, 'a', 'FAILED', result)).toBe(true);
      pass(5);
      const begun = await operations.begin(newOperation(values), leaseOf('b'));
      // What became of it before is known still.
      const kept = 'provider' in values ? null : result;
      expect(begun).toEqual({
        is: 'STARTED',
        operation: { ...begunAt(now(), begun.operation.id, values), result: kept },
      });
      expect(begun.operation.id === id).toBe(!('provider' in values));
      expect((await operations.begin(newOperation(values), leaseOf('c'))).is).toBe('BUSY');
      expect(await operations.find('shop', 'order-1')).toEqual(begun.operation);
      expect(await operations.finish(id, 'a', 'SUCCEEDED', null)).toBe(false);
    }),
  );

  it('one that FAILED is not begun anew by who waited for that very attempt', () =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const waitedSince = now();
      const id = await started(operations);
      const waits = (values = {}) => operations.begin(newOperation(values), leaseOf('b'), waitedSince);
      expect((await waits()).is).toBe('BUSY');
      pass(5);
      await operations.finish(id, 'a', 'FAILED', RESULT);
      const failed = await operations.find('shop', 'order-1');
      for (let times = 0; times < 12; times++) expect(await waits()).toEqual({ is: 'FAILED', operation: failed });
      expect(await operations.find('shop', 'order-1')).toEqual(failed);
      expect(await operations.takeLeft(leaseOf('b'), 10)).toEqual([]);
      for (const other of [waitedSince - 1, waitedSince + 1]) {
        const startedAt = now();
        expect((await operations.begin(newOperation(), leaseOf('a'), other)).is).toBe('STARTED');
        // It is another attempt by now, that stands in the way like any.
        expect((await waits()).is).toBe('BUSY');
        await operations.finish(id, 'a', 'FAILED', null);
        const again = await operations.begin(newOperation(), leaseOf('b'), startedAt);
        expect(again).toMatchObject({ is: 'FAILED', operation: { startedAt, result: RESULT } });
        pass(5);
      }
      expect((await waits()).is).toBe('STARTED');
    }));

  it.each([
    ['input', OTHER],
    ['provider', { provider: 'METEROID' as const }],
  ])('one that FAILED with another %s is not what was waited for', (_name, values) =>
    withOperations(fresh, async (operations, { now }) => {
      await operations.finish(await started(operations), 'a', 'FAILED', null);
      expect((await operations.begin(newOperation(values), leaseOf('b'), now())).is).toBe('STARTED');
    }),
  );

  it('what was waited for and is over by 72 hours begins anew', () =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const waitedSince = now();
      await operations.finish(await started(operations), 'a', 'FAILED', null);
      pass(OPERATION_MS);
      expect((await operations.begin(newOperation(), leaseOf('b'), waitedSince)).is).toBe('STARTED');
    }));

  it('what was waited for and SUCCEEDED or was LEFT is so', () =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const waitedSince = now();
      const id = await started(operations);
      pass(LEASE_MS);
      expect((await operations.begin(newOperation(), leaseOf('b'), waitedSince)).is).toBe('LEFT');
      await operations.finish(id, 'b', 'SUCCEEDED', null);
      expect((await operations.begin(newOperation(), leaseOf('b'), waitedSince)).is).toBe('SUCCEEDED');
    }));

  it.each<[string, Exclude<OperationState, 'FAILED'>, number]>([
    ['under way', 'IN_PROGRESS', 0],
    ['left', 'IN_PROGRESS', LEASE_MS],
    ['UNKNOWN', 'UNKNOWN', 0],
    ['done', 'SUCCEEDED', LEASE_MS],
  ])('one %s stays as it is when OTHER_INPUT comes with its key', (_name, state, after) =>
    withOperations(fresh, async (operations, { now, pass }) => {
      const operation = { ...begunAt(now(), await started(operations)), state };
      if (state !== 'IN_PROGRESS') await operations.finish(operation.id, 'a', state, null);
      if (state === 'SUCCEEDED') Object.assign(operation, { finishedAt: now(), change: FORGOTTEN });
      pass(after);
      for (const values of [OTHER, { ...OTHER, provider: 'METEROID' as const }]) {
        const begun = await operations.begin(newOperation(values), leaseOf('b'));
        expect(begun).toEqual({ is: 'OTHER_INPUT', operation });
      }
      expect(await operations.find('shop', 'order-1')).toEqual(operation);
    }),
  );

  it.each<OperationState>(['IN_PROGRESS', 'UNKNOWN', 'SUCCEEDED', 'FAILED'])(
    'one that is %s is there for 72 hours and then as if it had never been',
    (state) =>
      withOperations(fresh, async (operations, { now, pass }) => {
        const id = await started(operations, {}, leaseOf('a', 2 * OPERATION_MS));
        if (state !== 'IN_PROGRESS') await operations.finish(id, 'a', state, null);
        pass(OPERATION_MS - 1);
        expect((await operations.find('shop', 'order-1'))?.state).toBe(state);
        pass(1);
        expect(await operations.find('shop', 'order-1')).toBeNull();
        expect(await operations.takeLeft(leaseOf('b'), 10)).toEqual([]);
        expect(await operations.renew(id, leaseOf('a'))).toBe(false);
        expect(await operations.finish(id, 'a', 'SUCCEEDED', null)).toBe(false);
        const begun = await operations.begin(newOperation(OTHER), leaseOf('b'));
        expect(begun).toEqual({ is: 'STARTED', operation: begunAt(now(), id, OTHER) });
      }),
  );

  it('the 72 hours of one that failed count from when it was begun anew', () =>
    withOperations(fresh, async (operations, { pass }) => {
      const id = await started(operations);
      await operations.finish(id, 'a', 'FAILED', null);
      pass(OPERATION_MS - 1);
      expect(await started(operations)).toBe(id);
      pass(OPERATION_MS - 1);
      expect((await operations.find('shop', 'order-1'))?.id).toBe(id);
    }));

  it('scopes that look alike are not the same, and come back as they were given', () =>
    withOperations(fresh, async (operations) => {
      const scopes = [
        ...[
          { caller: 'a', idempotencyKey: 'b:c' },
          { caller: 'a:b', idempotencyKey: 'c' },
        ],
        ...[
          { caller: 'a","b', idempotencyKey: 'c' },
          { caller: 'a', idempotencyKey: 'b","c' },
        ],
        ...[{ kind: 'CANCEL' as const }, { kind: 'DELETE' as const }, { caller: '' }],
        // Composed and not, and halves of surrogate pairs, which have no UTF-8 of their own.
        ...['k', ' k', 'K', 'k\0', 'k\0x', '\u00e9', 'e\u0301', '\ud800', '\ud801', '\ufffd', '\u{1f4b3}'].map(
          (idempotencyKey) => ({ idempotencyKey }),
        ),
        { idempotencyKey: 'x'.repeat(255) },
      ].map(scopeOf);
      const ids = new Set<string>();
      for (const scope of scopes) ids.add(await started(operations, { scope }));
      expect(ids.size).toBe(scopes.length);
      for (const scope of scopes) {
        const again = await operations.begin(newOperation({ scope }), leaseOf('b'));
        expect(again).toMatchObject({ is: 'BUSY', operation: { scope } });
      }
    }));

  it('changes and results of any size come back whole', () =>
    withOperations(fresh, async (operations) => {
      const long = JSON.stringify({ text: 'ß\u{1f4b3}\n"'.repeat(50_000) });
      const id = await started(operations, { change: long });
      expect((await operations.find('shop', 'order-1'))?.change === long).toBe(true);
      await operations.finish(id, 'a', 'SUCCEEDED', long);
      expect((await operations.find('shop', 'order-1'))?.result === long).toBe(true);
    }));

  it('the id follows from scope and account alone', async () => {
    const idWith = async (account: string, values = {}): Promise<string> => {
      const store = await fresh()({ accounts: { FLEXPRICE: account }, now: () => Date.now() });
      return started(store.operations, values).finally(store.close);
    };
    const id = await idWith('one');
    expect(await idWith('one', OTHER)).toBe(id);
    expect(await idWith('two')).not.toBe(id);
    expect(await idWith('one', { scope: scopeOf({ kind: 'REFUND' }) })).not.toBe(id);
  });

  it('a provider without an account is refused', () =>
    withOperations(fresh, async (operations) => {
      const refusal = { name: 'LedgerError', message: 'The ledger was opened for no account of FLEX.' };
      await expect(operations.begin(newOperation({ provider: 'FLEX' }), leaseOf('a'))).rejects.toMatchObject(refusal);
      expect(await operations.find('shop', 'order-1')).toBeNull();
    }));
}
