import { afterAll, beforeAll } from 'vitest';
import { openLedgers } from '../../src/ledger/open-ledgers.ts';
import { LEDGER_SCRIPTS } from '../../src/ledger/redis/scripts.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { describeSessionIndex } from './session-index-contract.ts';

const { log } = recordLog();
let redis: RedisServer;
let up: RedisLink;
let down: RedisLink;
beforeAll(async () => {
  redis = await startRedis();
  const connect = (url: string) => createRedisLink({ url, scripts: LEDGER_SCRIPTS, log, commandTimeoutMs: 5000 });
  // Nobody listens on port 1.
  [up, down] = await Promise.all([connect(redis.url), connect('redis://127.0.0.1:1')]);
});
afterAll(async () => {
  await Promise.all([up.close(), down.close()]);
  await redis.stop();
});

describeSessionIndex('Redis and a process', async (options) => {
  await redis.client.flushall();
  return openLedgers({ ...options, directory: null, link: up, encryptionKey: null, log });
});

describeSessionIndex('a process whose Redis is away', (options) =>
  openLedgers({ ...options, directory: null, link: down, encryptionKey: null, log }),
);
