import type { Ledger, LedgerAccounts } from '../../../src/ledger/ledger.ts';
import { openRedisLedger } from '../../../src/ledger/redis/open-ledger.ts';
import { LEDGER_SCRIPTS } from '../../../src/ledger/redis/scripts.ts';
import { createRedisLink } from '../../../src/redis/create-link.ts';
import type { RedisLink } from '../../../src/redis/link.ts';
import { recordLog } from '../../helpers/log.ts';
import type { RedisServer } from '../../helpers/redis.ts';
import type { FreshStore, OpenOptions } from '../operations/harness.ts';
import { START } from '../sessions.ts';

export const ACCOUNTS: LedgerAccounts = { FLEXPRICE: 'one', METEROID: 'two' };

/** One gateway's ledger, with all that it stands on. */
export type Replica = Ledger & { link: RedisLink; lines: string[] };

type ReplicaOptions = Partial<OpenOptions> & { commandTimeoutMs?: number };

/** Closing it closes its link too. */
export async function openReplica(url: string, options: ReplicaOptions = {}): Promise<Replica> {
  const { accounts = ACCOUNTS, now = () => START, commandTimeoutMs = 5000 } = options;
  const { log, lines } = recordLog();
  const link = await createRedisLink({ url, scripts: LEDGER_SCRIPTS, log, commandTimeoutMs });
  const ledger = await openRedisLedger({ link, accounts, now, log });
  const close = async () => {
    await ledger.close();
    await link.close();
  };
  return { ...ledger, link, lines, close };
}

/** A store that is emptied for each test. */
export type Store = { openEmpty(options: OpenOptions): Promise<Ledger>; fresh: FreshStore; close(): Promise<void> };

/** What is opened takes turns with two links, as two gateways would have them. */
export async function openStore(url: string, nodes: readonly RedisServer[]): Promise<Store> {
  const { log } = recordLog();
  const connect = () => createRedisLink({ url, scripts: LEDGER_SCRIPTS, log, commandTimeoutMs: 5000 });
  const links = [await connect(), await connect()] as const;
  let turns = 0;
  const open = (options: OpenOptions) => openRedisLedger({ ...options, link: links[turns++ % 2] ?? links[0], log });
  const empty = () => Promise.all(nodes.map(({ client }) => client.flushall()));
  return {
    async openEmpty(options) {
      await empty();
      return open(options);
    },
    fresh() {
      const emptied = empty();
      return async (options) => {
        await emptied;
        return open(options);
      };
    },
    close: async () => void (await Promise.all(links.map((link) => link.close()))),
  };
}

/** Waits for what comes in its own time. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It has not come true in ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
