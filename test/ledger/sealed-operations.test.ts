import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { LedgerError } from '../../src/ledger/ledger.ts';
import { createSealedOperations } from '../../src/ledger/sealed-operations.ts';
import { openLedger } from '../../src/ledger/sqlite/open-ledger.ts';

const CHANGE = JSON.stringify({ email: 'canary@example.com' });
const RESULT = JSON.stringify({ providerId: 'canary_id' });
const NEW = {
  scope: { caller: 'anyone', kind: 'CREATE', idempotencyKey: 'k' },
  provider: 'FLEX',
  inputHash: 'hash',
  change: CHANGE,
} as const;
const LEASE = { owner: 'me', ms: 1000 };

it('what was asked for and what came of it is readable with the key alone', async () => {
  const ledger = await openLedger({ directory: null, accounts: { FLEX: 'account' }, now: Date.now });
  const sealed = createSealedOperations(ledger.operations, randomBytes(32));
  const { operation } = await sealed.begin(NEW, LEASE);
  expect(operation.change).toBe(CHANGE);
  expect(await sealed.finish(operation.id, LEASE.owner, 'SUCCEEDED', RESULT)).toBe(true);
  expect(await sealed.find('anyone', 'k')).toMatchObject({ change: CHANGE, result: RESULT, state: 'SUCCEEDED' });
  expect(JSON.stringify(await ledger.operations.find('anyone', 'k'))).not.toContain('canary');
  expect(await sealed.begin(NEW, LEASE)).toMatchObject({ is: 'SUCCEEDED', operation: { result: RESULT } });
  const stranger = createSealedOperations(ledger.operations, randomBytes(32));
  await expect(stranger.find('anyone', 'k')).rejects.toThrow(LedgerError);
  await ledger.close();
});

it('those that were left are readable too', async () => {
  let time = 0;
  const ledger = await openLedger({ directory: null, accounts: { FLEX: 'account' }, now: () => time });
  const sealed = createSealedOperations(ledger.operations, randomBytes(32));
  await sealed.begin(NEW, LEASE);
  time += 2000;
  expect(await sealed.takeLeft({ owner: 'other', ms: 1000 }, 10)).toMatchObject([{ change: CHANGE, state: 'UNKNOWN' }]);
  await ledger.close();
});
