import { afterAll, beforeAll } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../../helpers/redis-cluster.ts';
import { describeSharedInbox } from '../inbox-contract.ts';
import { describeSharedOperations } from '../operations-contract.ts';
import { describeSessionIndex } from '../session-index-contract.ts';
import { describeSharedToldStates } from '../told-states-contract.ts';
import { openStore, type Store } from './rig.ts';
import { openSharedStore, type SharedStore } from './shared-store.ts';

let cluster: RedisCluster;
let store: Store;
let shared: SharedStore;
beforeAll(async () => {
  cluster = await startRedisCluster({ masters: 3 });
  store = await openStore(cluster.urls, cluster.nodes);
  shared = await openSharedStore(cluster.urls, cluster.nodes);
});
afterAll(async () => {
  await Promise.all([store.close(), shared.close()]);
  await cluster.stop();
});

describeSessionIndex('Redis Cluster', (options) => store.openEmpty(options));

describeSharedOperations('Redis Cluster', () => store.fresh());

describeSharedInbox('Redis Cluster', () => shared.fresh());

describeSharedToldStates('Redis Cluster', () => shared.fresh());
