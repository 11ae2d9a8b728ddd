import type { RedisLink } from '../../redis/link.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Inbox } from '../inbox.ts';
import type { Ledger, LedgerAccounts } from '../ledger.ts';
import type { Operations } from '../operations.ts';
import { createCaller } from './caller.ts';
import { warnOfLoss } from './durability.ts';
import { createRedisInbox } from './inbox.ts';
import { createRedisOperations } from './operations.ts';
import { createRedisSessionIndex } from './session-index.ts';
import { createRedisToldStates } from './told-states.ts';

type LedgerOptions = {
  /** Made with `LEDGER_SCRIPTS`; closing it is left to whoever made it. */
  link: RedisLink;
  accounts: LedgerAccounts;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
  /** Whether to warn of settings by which something may be lost only once there is something to lose. @default false */
  warnsLater?: boolean;
};

/**
 * Opens the ledger in Redis, which all replicas share. It opens even while Redis is away; what is asked of it then fails.
 *
 * Redis must have `maxmemory-policy noeviction` and an append-only file, `appendonly yes` with `appendfsync everysec` or
 * `always`: only with `always` is what has been answered on disk, with `everysec` a machine that fails takes up to a second
 * or two with it. A replica that takes over may lack what its master answered last, whatever is set. What is written
 * and not answered in time fails with a LedgerError and may have been written all the same: who begins the operation
 * again finds it under way or left, and an event waits for whoever takes it when its lease is over.
 */
export async function openRedisLedger({
  link,
  accounts,
  now,
  log,
  warnsLater = false,
}: LedgerOptions): Promise<Ledger> {
  const caller = createCaller(link, accounts);
  const operations = createRedisOperations({ caller, accounts, now });
  const inbox = createRedisInbox(caller, now);
  let hasWarned = !warnsLater;
  if (!warnsLater) await warnOfLoss(link, log);
  const warnOnce = () => {
    if (!hasWarned) void warnOfLoss(link, log);
    hasWarned = true;
  };
  const begin: Operations['begin'] = (...begun) => {
    warnOnce();
    return operations.begin(...begun);
  };
  const record: Inbox['record'] = (...recorded) => {
    warnOnce();
    return inbox.record(...recorded);
  };
  return {
    toldStates: createRedisToldStates(caller, now),
    inbox: { ...inbox, record },
    sessionIndex: createRedisSessionIndex(caller, now),
    operations: {
      begin,
      renew: (...args) => operations.renew(...args),
      finish: (...args) => operations.finish(...args),
      find: (...args) => operations.find(...args),
      hasInput: (...args) => operations.hasInput(...args),
      unfinished: (...args) => operations.unfinished(...args),
      take: (...args) => operations.take(...args),
      takeLeft: (...args) => operations.takeLeft(...args),
      claim: (...args) => operations.claim(...args),
      claimedBy: (...args) => operations.claimedBy(...args),
    },
    async close() {
      caller.close();
    },
  };
}
