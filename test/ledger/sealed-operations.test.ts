import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { LedgerError } from '../../src/ledger/ledger.ts';
import type { NewOperation, Operations } from '../../src/ledger/operations.ts';
import { createSeal } from '../../src/ledger/seal.ts';
import { createSealedOperations } from '../../src/ledger/sealed-operations.ts';
import { openLedger } from '../../src/ledger/sqlite/open-ledger.ts';

const CHANGE = JSON.stringify({ email: 'canary@example.com' });
const RESULT = JSON.stringify({ providerId: 'canary_id' });
const NEW = {
  scope: { caller: 'anyone', kind: 'CREATE', idempotencyKey: 'k' },
  provider: 'FLEX',
  inputHash: 'hash',
  change: CHANGE,
} as const satisfies NewOperation;
const KEY = randomBytes(32);
const LEASE = { owner: 'me', ms: 1000 };

/** Whose caller and key tell of somebody; a half of a surrogate pair has no UTF-8. */
const TELLING = { caller: 'jwt:issuer|canary@example.com', kind: 'CREATE', idempotencyKey: 'canary \ud83d' } as const;

/** Gateways of one ledger: one with a key, one with another, and one without. */
type Gateways = { keyed: Operations; stranger: Operations; plain: Operations; stored: Operations };

async function withGateways(use: (gateways: Gateways, pass: (ms: number) => void) => Promise<void>): Promise<void> {
  let time = 0;
  const { operations, close } = await openLedger({ directory: null, accounts: { FLEX: 'account' }, now: () => time });
  const gateways = {
    keyed: createSealedOperations(operations, KEY),
    stranger: createSealedOperations(operations, randomBytes(32)),
    plain: createSealedOperations(operations, null),
    stored: operations,
  };
  const pass = (ms: number) => {
    time += ms;
  };
  await use(gateways, pass).finally(close);
}

const refusal = (got: string) => ({
  name: 'LedgerError',
  message: `CACHE_ENCRYPTION_KEY: expected the key that operations in Redis were written with, got ${got}.`,
});

it('what was asked for and what came of it is readable with the key alone', () =>
  withGateways(async ({ keyed, stranger, stored }) => {
    const { operation } = await keyed.begin(NEW, LEASE);
    expect(operation.change).toBe(CHANGE);
    expect(await keyed.finish(operation.id, LEASE.owner, 'SUCCEEDED', RESULT)).toBe(true);
    expect(await keyed.find('anyone', 'k')).toMatchObject({ result: RESULT, state: 'SUCCEEDED' });
    expect(JSON.stringify(await stored.find('anyone', 'k'))).not.toContain('canary');
    expect(await keyed.begin(NEW, LEASE)).toMatchObject({ is: 'SUCCEEDED', operation: { result: RESULT } });
    await expect(stranger.find('anyone', 'k')).rejects.toThrow(LedgerError);
  }));

it('whose it is and under which key is readable with the key alone, and what is found stays the same', () =>
  withGateways(async ({ keyed, stored, stranger }, pass) => {
    const { caller, idempotencyKey } = TELLING;
    const wanted = { ...NEW, scope: TELLING };
    const { operation } = await keyed.begin(wanted, LEASE);
    expect(operation.scope).toEqual(TELLING);
    expect(JSON.stringify(await stored.find(caller, idempotencyKey))).not.toContain('canary');
    expect(await keyed.begin(wanted, LEASE)).toMatchObject({ is: 'BUSY', operation: { scope: TELLING } });
    expect(await keyed.find(caller, idempotencyKey)).toEqual(operation);
    // No second change because the key of the gateway is another one.
    await expect(stranger.begin(wanted, LEASE)).rejects.toMatchObject(refusal('another one'));
    pass(LEASE.ms);
    const [left] = (await keyed.unfinished('FLEX', 'CREATE', 10)) ?? [];
    expect(left?.scope).toEqual(TELLING);
    expect(left && (await keyed.take(left, LEASE))).toMatchObject({ state: 'UNKNOWN', scope: TELLING });
    pass(LEASE.ms);
    expect(await keyed.takeLeft(LEASE, 10)).toMatchObject([{ scope: TELLING }]);
  }));

it('a key of a client may begin like what is encrypted', () =>
  withGateways(async ({ keyed, plain }) => {
    for (const [caller, operations] of Object.entries({ keyed, plain })) {
      const scope = { ...NEW.scope, caller, idempotencyKey: 'sealed:' };
      await operations.begin({ ...NEW, scope }, LEASE);
      expect((await operations.find(caller, 'sealed:'))?.scope).toEqual(scope);
      expect((await keyed.find(caller, 'sealed:'))?.scope).toEqual(scope);
    }
  }));

it('whose it is was not encrypted once, and is read all the same', () =>
  withGateways(async ({ keyed, stored }) => {
    const { seal, keyed: hashOf } = createSeal(KEY);
    await stored.begin({ ...NEW, scope: TELLING, inputHash: hashOf(NEW.inputHash), change: seal(CHANGE) }, LEASE);
    const found = await keyed.find(TELLING.caller, TELLING.idempotencyKey);
    expect(found).toMatchObject({ scope: TELLING, change: CHANGE });
    expect((await keyed.begin({ ...NEW, scope: TELLING }, LEASE)).is).toBe('BUSY');
  }));

it('one that is finished is told by its input still, with the key it was written with or before there was one', () =>
  withGateways(async ({ keyed, plain, stored }) => {
    for (const [caller, writer] of Object.entries({ keyed, plain })) {
      const { operation } = await writer.begin({ ...NEW, scope: { ...NEW.scope, caller } }, LEASE);
      await writer.finish(operation.id, LEASE.owner, 'SUCCEEDED', RESULT);
      const found = await keyed.find(caller, 'k');
      if (!found) throw new Error('Expected what was begun.');
      expect([keyed.hasInput(found, NEW.inputHash), keyed.hasInput(found, 'else')]).toEqual([true, false]);
      // Nobody can tell by a hash of their own what was asked for with a key.
      expect(stored.hasInput(found, NEW.inputHash)).toBe(writer === plain);
    }
    // True conflicts and false ones are told apart without the change, too.
    const wanted = { ...NEW, scope: { ...NEW.scope, caller: 'plain' } };
    await expect(keyed.begin(wanted, LEASE)).rejects.toThrow('CACHE_ENCRYPTION_KEY: expected none');
    expect((await keyed.begin({ ...wanted, inputHash: 'else' }, LEASE)).is).toBe('OTHER_INPUT');
  }));

it('those that were left are readable too', () =>
  withGateways(async ({ keyed }, pass) => {
    await keyed.begin(NEW, LEASE);
    pass(2000);
    expect(await keyed.unfinished('FLEX', 'CREATE', 10)).toMatchObject([{ change: CHANGE }]);
    const left = await keyed.takeLeft({ owner: 'other', ms: 1000 }, 10);
    expect(left).toMatchObject([{ change: CHANGE, state: 'UNKNOWN' }]);
  }));

it.each([
  ['plain', 'none'],
  ['stranger', 'another one'],
] as const)('to a %s gateway, what was written with a key is an error, and no conflict', (who, got) =>
  withGateways(async (gateways, pass) => {
    const { keyed, [who]: other } = gateways;
    const { operation } = await keyed.begin(NEW, LEASE);
    const refusals = async () => {
      await expect(other.begin(NEW, LEASE)).rejects.toMatchObject(refusal(got));
      await expect(other.begin({ ...NEW, inputHash: 'else' }, LEASE)).rejects.toMatchObject(refusal(got));
      await expect(other.find('anyone', 'k')).rejects.toMatchObject(refusal(got));
    };
    await refusals();
    // That it is there is known all the same, to who looks for rivals.
    expect(await other.unfinished('FLEX', 'CREATE', 10)).toBeNull();
    expect(await other.unfinished('FLEX', 'DELETE', 10)).toEqual([]);
    await keyed.finish(operation.id, LEASE.owner, 'SUCCEEDED', RESULT);
    await refusals();
    pass(1);
    const scope = { ...NEW.scope, idempotencyKey: 'left' };
    await keyed.begin({ ...NEW, scope }, LEASE);
    const found = await keyed.find('anyone', 'left');
    pass(LEASE.ms);
    if (found) await expect(other.take(found, LEASE)).rejects.toMatchObject(refusal(got));
    pass(LEASE.ms);
    await other.begin({ ...NEW, scope: { ...scope, idempotencyKey: 'own' } }, { ...LEASE, ms: 0 });
    const left = await other.takeLeft(LEASE, 10);
    expect(left.map((each) => each.scope.idempotencyKey)).toEqual(['own']);
  }),
);

it('what failed with a key is begun anew without, and is an error to who waited for it', () =>
  withGateways(async ({ keyed, plain }) => {
    const { id, startedAt } = (await keyed.begin(NEW, LEASE)).operation;
    await keyed.finish(id, LEASE.owner, 'FAILED', RESULT);
    expect(await keyed.begin(NEW, LEASE, startedAt)).toMatchObject({ is: 'FAILED', operation: { result: RESULT } });
    // Its hash is another's, so it is another attempt that this one waited for.
    const begun = await plain.begin(NEW, LEASE, startedAt);
    expect(begun).toMatchObject({ is: 'STARTED', operation: { change: CHANGE, result: null } });
  }));

it('what was written before there was a key is read with one', () =>
  withGateways(async ({ plain, keyed, stored }, pass) => {
    const { operation } = await plain.begin(NEW, LEASE);
    expect(await stored.find('anyone', 'k')).toEqual(operation);
    expect(await keyed.find('anyone', 'k')).toEqual(operation);
    expect(await keyed.unfinished('FLEX', 'CREATE', 10)).toEqual([operation]);
    pass(LEASE.ms);
    expect(await keyed.takeLeft(LEASE, 10)).toEqual([{ ...operation, state: 'UNKNOWN' }]);
    expect(await keyed.finish(operation.id, LEASE.owner, 'FAILED', RESULT)).toBe(true);
    expect(await keyed.find('anyone', 'k')).toMatchObject({ result: RESULT });
    expect(await keyed.begin(NEW, LEASE)).toMatchObject({ is: 'STARTED', operation: { result: RESULT } });
    expect(JSON.stringify(await stored.find('anyone', 'k'))).not.toContain('canary');
  }));

it('and is no false conflict, because the hash was another', () =>
  withGateways(async ({ plain, keyed }) => {
    await plain.begin(NEW, LEASE);
    await expect(keyed.begin(NEW, LEASE)).rejects.toMatchObject({
      name: 'LedgerError',
      message: 'CACHE_ENCRYPTION_KEY: expected none, as when the operation in Redis was written, got one.',
    });
    // A true one is told.
    expect(await keyed.begin({ ...NEW, inputHash: 'else' }, LEASE)).toMatchObject({
      is: 'OTHER_INPUT',
      operation: { change: CHANGE },
    });
    // Without a key it is nothing but that, either.
    expect((await plain.begin({ ...NEW, inputHash: 'else' }, LEASE)).is).toBe('OTHER_INPUT');
  }));
