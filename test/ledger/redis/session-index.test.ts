import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { NO_FILTER, type SessionFilter } from '../../../src/checkout/filter.ts';
import type { IndexedSession, IndexPageRequest } from '../../../src/ledger/session-index.ts';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { SessionIndexModel } from '../session-index-model.ts';
import { at, indexed, START, sessionOf } from '../sessions.ts';
import { openReplica, type Replica } from './rig.ts';

let redis: RedisServer;
let replica: Replica;
beforeAll(async () => {
  redis = await startRedis();
  replica = await openReplica(redis.url);
});
afterAll(async () => {
  await replica.close();
  await redis.stop();
});
beforeEach(async () => void (await redis.client.flushall()));

/** In batches, so that none waits for too many others. */
async function learnAll(sessions: readonly IndexedSession[]): Promise<void> {
  for (let first = 0; first < sessions.length; first += 200) {
    const batch = sessions.slice(first, first + 200);
    await Promise.all(batch.map((session) => replica.sessionIndex.learn(sessionOf(session))));
  }
}

const request = (values: Partial<IndexPageRequest> = {}): IndexPageRequest => ({
  provider: 'FLEXPRICE',
  filter: NO_FILTER,
  direction: 'older',
  from: null,
  limit: 20,
  ...values,
});

const CUSTOMERS = ['cust_0', 'cust_1', 'cust_2'].map((id) => ({ provider: 'FLEXPRICE' as const, id }));

/** Of every kind some, so that each filter has to step over others; many at one moment. */
const mixed = (count: number): IndexedSession[] =>
  Array.from({ length: count }, (_, number) =>
    indexed(`cs_${number}`, {
      createdAt: at(Math.floor(number / 7)),
      status: (['OPEN', 'COMPLETED', 'EXPIRED'] as const)[number % 3] ?? 'OPEN',
      customerId: `cust_${number % 5}`,
      subscriptionId: number % 2 === 0 ? null : `subs_${number % 4}`,
      paymentId: number % 6 === 0 ? null : `pay_${number % 400 === 1 ? 'rare' : 'usual'}`,
    }),
  );

const FILTERS: [string, Partial<SessionFilter>][] = [
  ['nothing', {}],
  ['customers', { customers: CUSTOMERS }],
  ['a payment and customers', { paymentId: 'pay_rare', customers: CUSTOMERS }],
  ['a subscription and customers', { subscriptionId: 'subs_1', customers: CUSTOMERS }],
  [
    'a payment, a subscription and a status',
    { paymentId: 'pay_usual', subscriptionId: 'subs_3', statuses: ['EXPIRED'] },
  ],
];

it.each(FILTERS)('reads as far as it takes for %s', async (_name, values) => {
  const model = new SessionIndexModel(() => START);
  const sessions = mixed(2500);
  for (const session of sessions) model.learn(session);
  await learnAll(sessions);
  const filter = { ...NO_FILTER, ...values };
  for (const direction of ['older', 'newer'] as const) {
    for (const limit of [1, 20, 700, 5000]) {
      const asked = request({ filter, direction, limit });
      expect(await replica.sessionIndex.page(asked)).toEqual(model.page(asked));
    }
  }
  expect(await replica.sessionIndex.count('FLEXPRICE', filter)).toBe(model.count('FLEXPRICE', filter));
});

/** How often each of Redis' commands has been run. */
async function calls(): Promise<Record<string, number>> {
  const lines = (await redis.client.info('commandstats')).matchAll(/cmdstat_(\w+):calls=(\d+)/g);
  return Object.fromEntries([...lines].map(([, name, count]) => [name, Number(count)]));
}

it('a page and a count take the same commands however many sessions there are', async () => {
  const filters = [{}, { statuses: ['FAILED' as const] }, { customers: CUSTOMERS }, { paymentId: 'pay_rare' }];
  const commandsOf = async () => {
    await redis.client.config('RESETSTAT');
    for (const values of filters) {
      const filter = { ...NO_FILTER, ...values };
      await replica.sessionIndex.page(request({ filter, from: { createdAt: at(5), providerId: 'cs_30' } }));
      await replica.sessionIndex.page(request({ filter }));
      await replica.sessionIndex.count('FLEXPRICE', filter);
    }
    const { hmget, zrevrangebylex, zrangebylex, zlexcount } = await calls();
    return { hmget, zrevrangebylex, zrangebylex, zlexcount };
  };
  await learnAll(mixed(500));
  const { hmget: rowsOfFew = 0, ...few } = await commandsOf();
  await learnAll(mixed(10_000));
  const { hmget: rowsOfMany = 0, ...many } = await commandsOf();
  expect(many).toEqual(few);
  expect(rowsOfFew).toBeGreaterThan(0);
  // The link's heartbeat reads one a second.
  expect(Math.abs(rowsOfMany - rowsOfFew)).toBeLessThanOrEqual(2);
});

it('writes nothing for what is known', async () => {
  const sessions = mixed(10);
  await learnAll(sessions);
  await redis.client.config('RESETSTAT');
  await learnAll(sessions);
  const { zadd, hset } = await calls();
  expect([zadd, hset]).toEqual([undefined, undefined]);
});

it('lists again what Redis has lost one key of, once it is learned', async () => {
  await learnAll(mixed(10));
  await redis.client.del(await redis.client.keys('*:order'));
  expect(await replica.sessionIndex.page(request())).toEqual([]);
  await learnAll(mixed(10));
  expect(await replica.sessionIndex.page(request())).toHaveLength(10);
});

it('leaves nothing behind of what has changed', async () => {
  const [session] = mixed(2).slice(1);
  if (!session) throw new Error('There is no session.');
  await learnAll([session]);
  const order = async () => redis.client.zcard((await redis.client.keys('*:order'))[0] ?? '');
  const before = await order();
  await replica.sessionIndex.missing(session);
  expect(await order()).toBe(1);
  for (const values of [{ createdAt: null }, { status: 'OPEN' as const }, { customerId: null }]) {
    await learnAll([{ ...session, ...values }]);
  }
  await learnAll([session]);
  expect(await order()).toBe(before);
});

it('holds no more than is listed, and names keys by hashes', async () => {
  await learnAll([indexed('cs_1', { customerId: 'cust_1' })]);
  await replica.operations.begin(
    {
      scope: { caller: 'shop', kind: 'CREATE', idempotencyKey: 'order-1' },
      ...{ provider: 'FLEXPRICE', inputHash: 'hash', change: '{}' },
    },
    { owner: 'a', ms: 1000 },
  );
  await replica.operations.claim('FLEXPRICE', 'cs_1', 'id');
  const keys = await redis.client.keys('*:ledger:*');
  expect(keys).toHaveLength(5);
  for (const name of keys) expect(name).not.toMatch(/shop|order-1|cs_1|cust_1|FLEXPRICE/);
  const rows = keys.find((name) => name.endsWith(':rows')) ?? '';
  expect(await redis.client.hgetall(rows)).toEqual({ cs_1: `${'063929131200001'}o06:cust_1--` });
});
