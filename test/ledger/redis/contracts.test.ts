import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { describeSharedOperations } from '../operations-contract.ts';
import { describeSessionIndex } from '../session-index-contract.ts';
import { openStore, type Store } from './rig.ts';

let redis: RedisServer;
let store: Store;
beforeAll(async () => {
  redis = await startRedis();
  store = await openStore(redis.url, [redis]);
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});

describeSessionIndex('Redis', (options) => store.openEmpty(options));

describeSharedOperations('Redis', () => store.fresh());
