import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { EVENT_MS } from '../../../src/ledger/inbox.ts';
import { TOLD_MS } from '../../../src/ledger/told-states.ts';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { idsOf, newEvent } from '../inbox/harness.ts';
import { createClock, LEASE_MS, leaseOf } from '../operations/harness.ts';
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

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;

const keysLike = (pattern: string) => redis.client.keys(`*:ledger:*${pattern}*`);

/** How many events are noted as waiting. */
async function waiting(): Promise<number> {
  const sizes = await Promise.all((await keysLike(':waiting')).map((key) => redis.client.zcard(key)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Everything that lies in Redis, names and values. */
async function contents(): Promise<string> {
  const names = await redis.client.keys('*');
  const values = await Promise.all(
    names.map((name) => (name.endsWith(':waiting') ? redis.client.zrange(name, 0, -1) : redis.client.hgetall(name))),
  );
  return JSON.stringify([names, values]);
}

it('names neither events nor sessions nor accounts in its keys', async () => {
  await replica.inbox.record(newEvent(), leaseOf('a'));
  await replica.toldStates.replace(KEY, '1', null);
  for (const key of await redis.client.keys('*')) expect(key).not.toMatch(/evt_1|cs_1|one|two|FLEXPRICE/);
});

it('keeps of one that was applied, or came to nothing, the time of receipt alone', async () => {
  const { inbox } = replica;
  await inbox.record(newEvent(), leaseOf('a'));
  expect(await contents()).toContain('cs_1');
  expect(await waiting()).toBe(1);
  await inbox.finish('FLEXPRICE', 'evt_1', 'a');
  await inbox.record(newEvent({ eventId: 'evt_2', subject: null }), leaseOf('a'));
  expect(await waiting()).toBe(0);
  const keys = await keysLike(':id:');
  expect(keys).toHaveLength(2);
  for (const key of keys) expect(await redis.client.hgetall(key)).toEqual({ receivedAt: String(clock.now()) });
});

it('lets Redis clear up 7 days after the receipt, whatever comes of it, and not before', async () => {
  const { inbox, toldStates } = replica;
  const day = EVENT_MS / 7;
  for (const eventId of ['applied', 'postponed', 'taken']) await inbox.record(newEvent({ eventId }), leaseOf('a', 0));
  await inbox.record(newEvent({ eventId: 'nothing', subject: null }), leaseOf('a'));
  for (const key of await redis.client.keys('*')) {
    expect(await redis.client.pttl(key)).toBeGreaterThan(EVENT_MS - 600_000);
    expect(await redis.client.pttl(key)).toBeLessThanOrEqual(EVENT_MS);
  }
  for (const key of await keysLike(':id:')) await redis.client.pexpire(key, day);
  await inbox.finish('FLEXPRICE', 'applied', 'a');
  await inbox.postpone('FLEXPRICE', 'postponed', 'a', LEASE_MS);
  expect(await inbox.take(leaseOf('b'), 10)).toHaveLength(1);
  for (const eventId of ['applied', 'nothing']) await inbox.record(newEvent({ eventId }), leaseOf('a'));
  for (const key of await keysLike(':id:')) {
    expect(await redis.client.pttl(key)).toBeLessThanOrEqual(day);
    expect(await redis.client.pttl(key)).toBeGreaterThan(0);
  }

  await toldStates.replace(KEY, '1', null);
  const [told = ''] = await keysLike(':told:');
  await redis.client.pexpire(told, day);
  await toldStates.replace(KEY, '2', null);
  expect(await redis.client.pttl(told)).toBeLessThanOrEqual(day);
  await toldStates.replace(KEY, '2', 1);
  expect(await redis.client.pttl(told)).toBeGreaterThan(TOLD_MS - 600_000);
});

it('keeps what waits as long as the latest of it may', async () => {
  await replica.inbox.record(newEvent(), leaseOf('a'));
  const [key = ''] = await keysLike(':waiting');
  await redis.client.pexpire(key, 60_000);
  // Of so many some are of the same part.
  for (let number = 0; number < 200; number++) {
    await replica.inbox.record(newEvent({ eventId: `evt_more_${number}` }), leaseOf('a'));
  }
  expect(await redis.client.pttl(key)).toBeGreaterThan(EVENT_MS - 600_000);
  // They are spread over all parts.
  expect(await keysLike(':waiting')).toHaveLength(16);
});

it('forgets what was noted as waiting and is gone, or is too old', async () => {
  const { inbox } = replica;
  for (const eventId of ['gone', 'old']) await inbox.record(newEvent({ eventId }), leaseOf('a'));
  const [gone = ''] = await keysLike(':id:');
  await redis.client.del(gone);
  clock.pass(LEASE_MS);
  expect(await inbox.take(leaseOf('b'), 10)).toHaveLength(1);
  expect(await waiting()).toBe(1);
  clock.pass(EVENT_MS);
  expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
  expect(await waiting()).toBe(0);
});

it('keeps no trace of one that was never applied when it comes anew', async () => {
  for (const subject of ['{}', null]) {
    await replica.inbox.record(newEvent(), leaseOf('a'));
    clock.pass(EVENT_MS);
    expect(await replica.inbox.record(newEvent({ subject }), leaseOf('b'))).toBe(true);
    expect(await waiting()).toBe(subject === null ? 0 : 1);
    clock.pass(EVENT_MS);
  }
});

it('takes the oldest of more than are looked at in one go', async () => {
  const { inbox } = replica;
  await inbox.record(newEvent(), leaseOf('a', 0));
  const [key = ''] = await keysLike(':waiting');
  const [member = ''] = await redis.client.zrange(key, 0, 0);
  const [name, old] = [member.slice(15, -5), '0'.repeat(15)];
  // As many of the same part as take several looks; all of them older, and gone.
  const gone = Array.from({ length: 2500 }, (_, number) => [1, `${old}${name}${String(number).padStart(5, '0')}`]);
  await redis.client.zadd(key, ...gone.flat());
  expect(idsOf(await inbox.take(leaseOf('b'), 1))).toEqual(['evt_1']);
  expect(await waiting()).toBe(1);
});

it('needs no commands but those that operations need', async () => {
  const commands = 'hmget eval evalsha unlink type hget hset hdel hkeys pttl pexpire time info hgetall exists';
  const allowed = `${commands} get set zadd zrem zscore zlexcount zrangebylex zrevrangebylex zrangebyscore`
    .split(' ')
    .map((command) => `+${command}`);
  await redis.client.acl('SETUSER', 'gateway', 'on', '>word', '~checkout-gateway:*', ...allowed);
  const own = await openReplica(redis.url.replace('//', '//gateway:word@'), { now: clock.now });
  const { inbox, toldStates } = own;
  for (const eventId of ['applied', 'postponed']) await inbox.record(newEvent({ eventId }), leaseOf('a', 0));
  expect(await inbox.take(leaseOf('b', 0), 10)).toHaveLength(2);
  expect(await inbox.finish('FLEXPRICE', 'applied', 'b')).toBe(true);
  expect(await inbox.postpone('FLEXPRICE', 'postponed', 'b', 0)).toBe(true);
  clock.pass(EVENT_MS);
  expect(await inbox.record(newEvent({ eventId: 'postponed' }), leaseOf('a'))).toBe(true);
  expect(await inbox.record(newEvent({ eventId: 'applied', subject: null }), leaseOf('a'))).toBe(true);
  expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
  expect(await toldStates.replace(KEY, '1', null)).toBe(true);
  expect(await toldStates.read(KEY)).toMatchObject({ text: '1' });
  await own.close();
});
