import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import { createBackedIndex } from './backed-index.ts';
import type { Ledger, LedgerAccounts } from './ledger.ts';
import { openRedisLedger } from './redis/open-ledger.ts';
import { openLedger } from './sqlite/open-ledger.ts';

type Options = {
  /** Of the embedded ledger; null keeps it in memory. */
  directory: string | null;
  accounts: LedgerAccounts;
  /** Made with `LEDGER_SCRIPTS`; null when there is no Redis. */
  link: RedisLink | null;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * The ledger of this process or, with Redis, the one that all replicas share, whose lists fall back on the own one.
 * @throws LedgerError when the embedded one cannot be opened
 */
export async function openLedgers({ directory, accounts, link, log, now }: Options): Promise<Ledger> {
  const own = await openLedger({ directory, accounts, now });
  if (!link) return own;
  const shared = await openRedisLedger({ link, accounts, now, log });
  return {
    operations: shared.operations,
    sessionIndex: createBackedIndex(shared.sessionIndex, own.sessionIndex),
    async close() {
      await Promise.all([shared.close(), own.close()]);
    },
  };
}
