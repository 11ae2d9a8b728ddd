import { openRedisLedger } from '../../../src/ledger/redis/open-ledger.ts';
import { LEDGER_SCRIPTS } from '../../../src/ledger/redis/scripts.ts';
import { createRedisLink } from '../../../src/redis/create-link.ts';
import { recordLog } from '../../helpers/log.ts';
import type { RedisServer } from '../../helpers/redis.ts';
import type { FreshStore } from '../inbox/harness.ts';

/** A store that is emptied for each test. */
export type SharedStore = { fresh: FreshStore; close(): Promise<void> };

/** What is opened takes turns with two links, as two gateways would have them. */
export async function openSharedStore(url: string, nodes: readonly RedisServer[]): Promise<SharedStore> {
  const { log } = recordLog();
  const connect = () => createRedisLink({ url, scripts: LEDGER_SCRIPTS, log, commandTimeoutMs: 5000 });
  const links = [await connect(), await connect()] as const;
  let turns = 0;
  return {
    fresh() {
      const emptied = Promise.all(nodes.map(({ client }) => client.flushall()));
      return async (options) => {
        await emptied;
        return openRedisLedger({ ...options, link: links[turns++ % 2] ?? links[0], log });
      };
    },
    close: async () => void (await Promise.all(links.map((link) => link.close()))),
  };
}
