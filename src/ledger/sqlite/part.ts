import type { DatabaseSync } from 'node:sqlite';
import type { ProviderName } from '../../checkout/provider-name.ts';
import type { LedgerAccounts } from '../ledger.ts';
import { noteAccounts } from './accounts.ts';
import { toLedgerError } from './failure.ts';
import { createStatements, type Statements } from './statements.ts';
import { createTransactions, type Transactions } from './transactions.ts';

export type PartOptions = {
  /** With its tables up to date and synchronous FULL; only for parts whose writes are `Transactions`. */
  database: DatabaseSync;
  accounts: LedgerAccounts;
  /** Epoch milliseconds. */
  now: () => number;
  /** How the operator calls the database. */
  place: string;
};

/** What a part of the ledger does its work with. */
export type Part = Transactions & {
  statement: Statements;
  /** The number of a provider's account; throws a LedgerError for one that the ledger was opened without. */
  accountOf(provider: ProviderName): number;
  /** The providers by the numbers of their accounts. */
  providers: ReadonlyMap<number, ProviderName>;
};

/** @throws LedgerError when the accounts cannot be noted */
export function createPart({ database, accounts, place }: PartOptions): Part {
  const accountOf = noted(database, accounts, place);
  // The cast holds because accounts have no other keys.
  const names = Object.keys(accounts) as ProviderName[];
  // What was applied or is old is not to lie about in free pages.
  database.exec('PRAGMA secure_delete = ON');
  return {
    ...createTransactions(database, place),
    statement: createStatements(database),
    accountOf,
    providers: new Map(names.map((name) => [accountOf(name), name])),
  };
}

function noted(database: DatabaseSync, accounts: LedgerAccounts, place: string): ReturnType<typeof noteAccounts> {
  try {
    return noteAccounts(database, accounts);
  } catch (error) {
    throw toLedgerError(error, 'note the accounts', place);
  }
}
