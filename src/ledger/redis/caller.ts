import type { ProviderName } from '../../checkout/provider-name.ts';
import type { RedisLink } from '../../redis/link.ts';
import { type LedgerAccounts, LedgerError } from '../ledger.ts';
import { toLedgerError } from './failure.ts';
import type { LEDGER_SCRIPTS } from './scripts.ts';

type Arguments = readonly (string | number)[];

/** What both halves of the ledger ask Redis by. */
export type Caller = {
  /** Everything that the ledger was opened for. */
  accounts: readonly { provider: ProviderName; account: string }[];
  /** @throws LedgerError for a provider that the ledger was opened without */
  accountOf(provider: ProviderName): string;
  /**
   * Calls a script.
   * @param task what it is for, after "cannot"
   * @param isPatient whether to wait for a second, because nothing else can take Redis' place. @default true
   * @throws LedgerError for whatever Redis throws
   */
  call(
    task: string,
    script: keyof typeof LEDGER_SCRIPTS,
    keys: readonly string[],
    args: Arguments,
    isPatient?: boolean,
  ): Promise<unknown>;
  close(): void;
};

export function createCaller(link: RedisLink, accounts: LedgerAccounts): Caller {
  let isClosed = false;
  return {
    accounts: Object.entries(accounts).map(([provider, account]) => ({ provider: provider as ProviderName, account })),
    accountOf(provider) {
      const account = accounts[provider];
      if (account === undefined) throw new LedgerError(`The ledger was opened for no account of ${provider}.`);
      return account;
    },
    async call(task, script, keys, args, isPatient = true) {
      if (isClosed) throw new LedgerError(`The ledger cannot ${task}: expected it to be open, got: it was closed.`);
      try {
        return await link.call(script, keys, args, isPatient);
      } catch (error) {
        throw toLedgerError(error, task);
      }
    },
    close() {
      isClosed = true;
    },
  };
}
