import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import type { Ledger, LedgerAccounts } from './ledger.ts';
import { createCaller } from './redis/caller.ts';
import { openRedisLedger } from './redis/open-ledger.ts';
import { createRedisSessionIndex } from './redis/session-index.ts';
import { createSealedOperations } from './sealed-operations.ts';
import { openLedger } from './sqlite/open-ledger.ts';
import { createTieredSessionIndex } from './tiered-session-index.ts';

type Options = {
  /** Of the embedded ledger; null keeps it in memory. */
  directory: string | null;
  accounts: LedgerAccounts;
  /** Made with `LEDGER_SCRIPTS`; null when there is no Redis. */
  link: RedisLink | null;
  /** 32 bytes; what changes were asked for is encrypted with it in Redis. Null writes it as it is. */
  encryptionKey: Buffer | null;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * The ledger of this process. With Redis, operations, events and what was told lie there, because all replicas have to
 * know of them. The index of sessions lies there too, and beside it each replica keeps its own, so that lists do not
 * depend on Redis.
 * @throws LedgerError when the embedded one cannot be opened
 */
export async function openLedgers({ directory, accounts, link, encryptionKey, log, now }: Options): Promise<Ledger> {
  const own = await openLedger({ directory, accounts, now });
  if (!link) return own;
  const shared = await openRedisLedger({ link, accounts, now, log, warnsLater: true });
  const { operations, inbox, toldStates } = shared;
  const caller = createCaller(link, accounts);
  const sharedIndex = createRedisSessionIndex(caller, now);
  const sessionIndex = createTieredSessionIndex({ own: own.sessionIndex, shared: sharedIndex, link, log });
  return {
    inbox,
    toldStates,
    operations: createSealedOperations(operations, encryptionKey),
    sessionIndex,
    async close() {
      await sessionIndex.close();
      caller.close();
      await Promise.all([shared.close(), own.close()]);
    },
  };
}
