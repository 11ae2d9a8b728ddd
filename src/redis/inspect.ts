import type { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './link.ts';
import type { TimeLimit } from './time-limit.ts';

/**
 * What the gateway's scripts do beside what each probe tries, so that a user who may not do it is told so once, and Redis
 * does not come and go. The key is never there, and not made.
 */
const RIGHTS = `
local key = KEYS[1]
redis.call('HGETALL', key)
redis.call('EXISTS', key)
redis.call('GET', key)
redis.call('SET', key, '', 'XX')
redis.call('ZADD', key, 'XX', 0, '')
redis.call('ZREM', key, '')
redis.call('ZSCORE', key, '')
redis.call('ZLEXCOUNT', key, '-', '+')
redis.call('ZRANGEBYLEX', key, '-', '+')
redis.call('ZREVRANGEBYLEX', key, '+', '-')
redis.call('ZRANGEBYSCORE', key, 0, 0)
return 1
`;
const RIGHTS_KEY = 'checkout-gateway:rights';

/**
 * Looks whether a connection is what the setting asks for: ioredis goes on with database 0 when it may not have another,
 * and a node of a cluster answers for its own slots. What may not be looked at is taken to be right.
 * @throws Error that `troubleOf` knows
 */
export async function inspect(client: RedisClient, limit: TimeLimit): Promise<void> {
  await limit.hold(client.eval(RIGHTS, 1, RIGHTS_KEY));
  if (client.isCluster) return;
  const { db = 0 } = (client as Redis).options;
  const ask = (...command: [string, string]) => limit.hold(client.call(...command)).then(String, () => '');
  const [own, cluster] = await Promise.all([ask('CLIENT', 'INFO'), ask('INFO', 'cluster')]);
  if (/\bcluster_enabled:1\b/.test(cluster)) throw new Error('A cluster needs the URLs of several nodes.');
  const chosen = /\bdb=(\d+)/.exec(own)?.[1];
  if (chosen !== undefined && Number(chosen) !== db) throw new Error('The database was not given.');
}

/**
 * Milliseconds since the server was started or, in a cluster, the master that was started last. What it kept before that
 * comes from a file that may be older.
 * @throws what the client says
 */
export async function uptimeMs(client: RedisClient): Promise<number> {
  const nodes = client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
  const texts = await Promise.all(nodes.map((node) => node.info('server')));
  const seconds = texts.map((text) => Number(/uptime_in_seconds:(\d+)/.exec(text)?.[1] ?? Number.NaN));
  return Math.min(...seconds) * 1000;
}
