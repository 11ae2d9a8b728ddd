import type { SQLOutputValue } from 'node:sqlite';
import { PROVIDER_NAMES, type ProviderName } from '../../checkout/provider-name.ts';
import type { LedgerAccounts } from '../ledger.ts';
import type { Operation, OperationScope, OperationState } from '../operations.ts';

export type OperationRow = Record<string, SQLOutputValue>;

/** Reads the rows of a gateway's own accounts. */
export type OperationRows = {
  /** The numbers of the accounts. */
  accounts: readonly number[];
  /** @param row as `get` has it */
  toOperation(row: OperationRow | undefined): Operation;
};

/** @param accountOf the number of a provider's account */
export function createOperationRows(
  accounts: LedgerAccounts,
  accountOf: (provider: ProviderName) => number,
): OperationRows {
  const names = PROVIDER_NAMES.filter((name) => accounts[name] !== undefined);
  const providers = new Map(names.map((name) => [accountOf(name), name]));
  return {
    accounts: [...providers.keys()],
    toOperation(row) {
      const provider = providers.get(Number(row?.account));
      if (!row || !provider) throw new Error('A row that was written did not come back, or is of another account.');
      return fromRow(provider, row);
    },
  };
}

/** The casts hold because the table is STRICT and only `begin-operation.ts` adds to it. */
const fromRow = (provider: ProviderName, row: OperationRow): Operation => ({
  id: row.id as string,
  scope: JSON.parse(row.scope as string) as OperationScope,
  provider,
  inputHash: row.input_hash as string,
  change: row.change as string,
  state: row.state as OperationState,
  startedAt: row.started_at as number,
  finishedAt: row.finished_at as number | null,
  result: row.result as string | null,
});
