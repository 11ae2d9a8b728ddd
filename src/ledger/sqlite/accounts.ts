import type { DatabaseSync } from 'node:sqlite';
import type { ProviderName } from '../../checkout/provider-name.ts';
import { type LedgerAccounts, LedgerError } from '../ledger.ts';

/**
 * The row of each account, made when the account is new.
 * @returns its number for a provider; throws a LedgerError for one that the ledger was opened without
 */
export function noteAccounts(database: DatabaseSync, accounts: LedgerAccounts): (provider: ProviderName) => number {
  const find = database.prepare('SELECT id FROM account WHERE provider = ? AND name = ?');
  const insert = database.prepare('INSERT INTO account (provider, name) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const note = (provider: string, name: string): number => {
    if (!find.get(provider, name)) insert.run(provider, name);
    return Number(find.get(provider, name)?.id);
  };
  const numbers = new Map(Object.entries(accounts).map(([provider, name]) => [provider, note(provider, name)]));
  return (provider) => {
    const number = numbers.get(provider);
    if (number === undefined) throw new LedgerError(`The ledger was opened for no account of ${provider}.`);
    return number;
  };
}
