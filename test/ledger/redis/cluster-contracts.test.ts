import { afterAll, beforeAll } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../../helpers/redis-cluster.ts';
import { describeSharedOperations } from '../operations-contract.ts';
import { describeSessionIndex } from '../session-index-contract.ts';
import { openStore, type Store } from './rig.ts';

let cluster: RedisCluster;
let store: Store;
beforeAll(async () => {
  cluster = await startRedisCluster({ masters: 3 });
  store = await openStore(cluster.urls, cluster.nodes);
});
afterAll(async () => {
  await store.close();
  await cluster.stop();
});

describeSessionIndex('Redis Cluster', (options) => store.openEmpty(options));

describeSharedOperations('Redis Cluster', () => store.fresh());
