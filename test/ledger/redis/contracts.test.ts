import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { describeSharedInbox } from '../inbox-contract.ts';
import { describeSharedOperations } from '../operations-contract.ts';
import { describeSessionIndex } from '../session-index-contract.ts';
import { describeSharedToldStates } from '../told-states-contract.ts';
import { openStore, type Store } from './rig.ts';
import { openSharedStore, type SharedStore } from './shared-store.ts';

let redis: RedisServer;
let store: Store;
let shared: SharedStore;
beforeAll(async () => {
  redis = await startRedis();
  store = await openStore(redis.url, [redis]);
  shared = await openSharedStore(redis.url, [redis]);
});
afterAll(async () => {
  await Promise.all([store.close(), shared.close()]);
  await redis.stop();
});

describeSessionIndex('Redis', (options) => store.openEmpty(options));

describeSharedOperations('Redis', () => store.fresh());

describeSharedInbox('Redis', () => shared.fresh());

describeSharedToldStates('Redis', () => shared.fresh());
