import { type Cluster, Command } from 'ioredis';
import type { RedisClient } from './link.ts';
import type { TimeLimit } from './time-limit.ts';

/** What the gateway's own scripts do, in one: it fails wherever they would. */
const WRITE = `
redis.call('TIME')
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('UNLINK', KEYS[1]) end
redis.call('HSET', KEYS[1], 'probe', '1', 'other', '1')
redis.call('HDEL', KEYS[1], 'other')
redis.call('HKEYS', KEYS[1])
redis.call('HGET', KEYS[1], 'probe')
if redis.call('PTTL', KEYS[1]) < 1000 then redis.call('PEXPIRE', KEYS[1], 1000) end
return 1
`;
const KEY = 'checkout-gateway:probe';
const SLOTS = 16_384;

/**
 * Writes to Redis, to every master of a cluster.
 * @throws Late, or what the client says; Error when slots of the cluster belong to nobody
 */
export async function probe(client: RedisClient, limit: TimeLimit): Promise<void> {
  const keys = client.isCluster ? keysOfMasters(client as Cluster) : [KEY];
  await Promise.all(
    keys.flatMap((key) => [limit.hold(client.eval(WRITE, 1, key)), limit.hold(client.hmget(key, 'probe'))]),
  );
}

/** Has a cluster's client find out anew who has which slots. */
export function refreshSlots(client: RedisClient): Promise<void> {
  if (!client.isCluster) return Promise.resolve();
  return new Promise((resolve, reject) => {
    (client as Cluster).refreshSlotsCache((error) => (error ? reject(error) : resolve()));
  });
}

/** A key for each master, in one of its slots. */
function keysOfMasters({ slots }: Cluster): string[] {
  const masters = new Set<string>();
  for (let slot = 0; slot < SLOTS; slot++) {
    const master = slots[slot]?.[0];
    // In the words that a node would have for it.
    if (master === undefined) throw new Error('CLUSTERDOWN Hash slot not served');
    masters.add(master);
  }
  const keys: string[] = [];
  for (let number = 0; masters.size > 0; number++) {
    if (masters.delete(slots[slotOfKey(number)]?.[0] ?? '')) keys.push(keyOf(number));
  }
  return keys;
}

const keyOf = (number: number): string => `${KEY}:${number}`;

// A master with a single slot takes thousands of keys to try.
const known: number[] = [];

function slotOfKey(number: number): number {
  const slot = known[number] ?? new Command('get', [keyOf(number)]).getSlot();
  known[number] = slot;
  return slot;
}
