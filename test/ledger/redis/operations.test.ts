import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OPERATION_MS } from '../../../src/ledger/operations.ts';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { createClock, LEASE_MS, leaseOf, started } from '../operations/harness.ts';
import { openReplica, type Replica } from './rig.ts';

let redis: RedisServer;
let replica: Replica;
const clock = createClock();
beforeAll(async () => {
  redis = await startRedis();
  replica = await openReplica(redis.url, { now: clock.now });
});
afterAll(async () => {
  await replica.close();
  await redis.stop();
});
beforeEach(async () => void (await redis.client.flushall()));

const keysLike = (pattern: string) => redis.client.keys(`*:ledger:*${pattern}*`);

/** How many operations are noted as unfinished. */
async function unfinished(): Promise<number> {
  const sizes = await Promise.all((await keysLike(':left')).map((key) => redis.client.zcard(key)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

it('keeps one operation of a scope, and no trace of those before it', async () => {
  const { operations } = replica;
  await operations.finish(await started(operations), 'a', 'FAILED', null);
  expect(await unfinished()).toBe(0);
  await started(operations, { provider: 'METEROID' });
  expect(await keysLike(':id:')).toHaveLength(1);
  clock.pass(OPERATION_MS);
  await started(operations);
  expect(await keysLike(':id:')).toHaveLength(1);
  expect(await unfinished()).toBe(1);
});

it('forgets what was noted as unfinished and is gone', async () => {
  const { operations } = replica;
  await started(operations);
  await redis.client.del(await keysLike(':id:'));
  clock.pass(LEASE_MS);
  expect(await operations.takeLeft(leaseOf('b'), 10)).toEqual([]);
  expect(await unfinished()).toBe(0);
});

it('lets Redis clear up after 72 hours, and not before', async () => {
  const { operations } = replica;
  const id = await started(operations);
  await operations.claim('FLEXPRICE', 'cs_1', id);
  const keys = await keysLike('');
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(await redis.client.pttl(key)).toBeGreaterThan(OPERATION_MS - 600_000);
  await operations.finish(id, 'a', 'FAILED', null);
  for (const key of await keysLike(':id:')) await redis.client.pexpire(key, 60_000);
  await started(operations);
  for (const key of await keysLike('')) {
    const left = await redis.client.pttl(key);
    expect(left).toBeGreaterThan(OPERATION_MS - 600_000);
    expect(left).toBeLessThanOrEqual(OPERATION_MS);
  }
});

it('looks behind what other accounts have left, however much that is', async () => {
  const other = await openReplica(redis.url, { now: clock.now, accounts: { FLEX: 'else' } });
  await started(other.operations, { provider: 'FLEX' });
  const [left = ''] = await keysLike(':left');
  const [member = ''] = await redis.client.zrange(left, 0, 0);
  // As many of the same part as take several looks, all of them older.
  const more = Array.from({ length: 2500 }, (_, number) => [
    1,
    `${member.slice(0, -5)}${String(number).padStart(5, '0')}`,
  ]);
  await redis.client.zadd(left, ...more.flat());
  const id = await started(replica.operations);
  clock.pass(LEASE_MS);
  expect((await replica.operations.takeLeft(leaseOf('b'), 100)).map((operation) => operation.id)).toEqual([id]);
  await other.close();
});
