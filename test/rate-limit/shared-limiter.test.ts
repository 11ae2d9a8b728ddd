import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from '../helpers/redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { until } from '../redis/rig.ts';
import { type LimiterRig, openLimiter } from './rig.ts';

/** Milliseconds: the limit of the link, a tenth of it for its timer, and a machine that has other things to do. */
const ANSWER_WITHIN_MS = 400;

type OnTestFinished = (work: () => Promise<void>) => void;

async function startReplicas(onTestFinished: OnTestFinished, rate = { points: 20, seconds: 60 }) {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const [one, other] = await Promise.all([openLimiter(redis.url, rate), openLimiter(redis.url, rate)]);
  onTestFinished(async () => void (await Promise.all([one.link.close(), other.link.close()])));
  return { redis, one, other };
}

test.concurrent('replicas share a limit, to the last one', async ({ onTestFinished }) => {
  const { one, other } = await startReplicas(onTestFinished, { points: 50, seconds: 600 });
  const [first, second] = await Promise.all([one.allowedOf(100), other.allowedOf(100)]);
  expect(first + second).toBe(50);
  for (const { limiter } of [one, other]) {
    const taken = await limiter.take('caller shop');
    if (taken.allowed) throw new Error('expected to be turned away');
    expect(taken.retryAfterMs).toBeGreaterThan(0);
    expect(taken.retryAfterMs).toBeLessThanOrEqual(12_000);
  }
  expect(await other.allowedOf(10, 'caller other')).toBe(10);
});

test.concurrent('what was taken comes back, by the clock of Redis', async ({ onTestFinished }) => {
  const { one, other } = await startReplicas(onTestFinished, { points: 4, seconds: 2 });
  expect(await one.allowedOf(10)).toBe(4);
  const taken = await other.limiter.take('caller shop');
  if (taken.allowed) throw new Error('expected to be turned away');
  await sleep(taken.retryAfterMs + 20);
  expect(await other.allowedOf(1)).toBe(1);
});

test.concurrent('what is given back can be taken once more, by any replica, and nobody gets more than all', async ({
  onTestFinished,
}) => {
  const { redis, one, other } = await startReplicas(onTestFinished, { points: 3, seconds: 600 });
  one.limiter.giveBack('caller shop');
  expect(await one.allowedOf(5)).toBe(3);
  expect(await other.allowedOf(1)).toBe(0);
  one.limiter.giveBack('caller shop');
  one.limiter.giveBack('caller shop');
  expect(await one.allowedOf(5)).toBe(2);
  for (let time = 0; time < 4; time++) one.limiter.giveBack('caller shop');
  await until(async () => (await redis.client.keys('checkout-gateway:rate:*')).length === 0);
  expect(await one.allowedOf(5)).toBe(3);
});

test.concurrent('keys tell nothing of callers, and go away by themselves', async ({ onTestFinished }) => {
  const { redis, one } = await startReplicas(onTestFinished, { points: 1, seconds: 3 });
  const secret = await openLimiter(redis.url, { points: 1, seconds: 3 }, Buffer.alloc(32, 1));
  onTestFinished(() => secret.link.close());
  await one.limiter.take('address 192.0.2.7');
  await secret.limiter.take('address 192.0.2.7');
  const keys = await redis.client.keys('checkout-gateway:rate:*');
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    expect(key).toMatch(/^checkout-gateway:rate:1:[\w-]{24}$/);
    const left = await redis.client.pttl(key);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(3000);
  }
  await until(async () => (await redis.client.keys('checkout-gateway:rate:*')).length === 0);
});

test.concurrent.for(['a text', 'a hash with something else in it', 'a time that is far away'])(
  '%s at the key keeps nobody out',
  async (what) => {
    const { onTestFinished } = { onTestFinished: (work: () => Promise<void>) => void cleanups.push(work) };
    const cleanups: (() => Promise<void>)[] = [];
    const { redis, one } = await startReplicas(onTestFinished, { points: 2, seconds: 1 });
    await one.limiter.take('caller shop');
    const [key = ''] = await redis.client.keys('checkout-gateway:rate:*');
    if (what === 'a text') await redis.client.set(key, 'text');
    else if (what.startsWith('a hash')) await redis.client.hset(key, { full: 'nan' });
    else await redis.client.hset(key, { full: '9999999999999999' });
    await sleep(1100);
    expect(await one.allowedOf(5)).toBeGreaterThanOrEqual(1);
    expect(one.told()).toEqual([]);
  },
);

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const value = await work();
  expect(performance.now() - startedAt).toBeLessThan(ANSWER_WITHIN_MS);
  return value;
}

const toldOnce = ({ told }: LimiterRig) => expect(told()).toHaveLength(1);

test.concurrent('while Redis is away each replica counts for itself, and says so once', async ({ onTestFinished }) => {
  const { redis, one, other } = await startReplicas(onTestFinished);
  expect(await one.allowedOf(5)).toBe(5);
  await redis.kill();
  await until(() => !one.link.isUp && !other.link.isUp);
  // What was taken before is known here too.
  expect(await timed(() => one.allowedOf(50))).toBe(15);
  expect(await timed(() => other.allowedOf(50))).toBe(20);
  expect(await timed(() => one.allowedOf(50))).toBe(0);
  toldOnce(one);
  toldOnce(other);

  await redis.restart();
  await until(() => one.link.isUp && other.link.isUp);
  const [first, second] = await Promise.all([one.allowedOf(50), other.allowedOf(50)]);
  expect(first + second).toBe(20);
  toldOnce(one);
});

test.concurrent('a Redis that hangs holds nobody up', async ({ onTestFinished }) => {
  const { redis, one } = await startReplicas(onTestFinished);
  await one.allowedOf(1);
  redis.pause();
  onTestFinished(async () => redis.resume());
  for (let count = 0; count < 5; count++) expect(await timed(() => one.allowedOf(1))).toBe(1);
  toldOnce(one);
});

test.concurrent('in a cluster, callers are spread over its nodes', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: 3 });
  onTestFinished(cluster.stop);
  const rate = { points: 3, seconds: 60 };
  const [one, other] = await Promise.all([openLimiter(cluster.urls, rate), openLimiter(cluster.urls, rate)]);
  onTestFinished(async () => void (await Promise.all([one.link.close(), other.link.close()])));
  const callers = Array.from({ length: 30 }, (_, number) => `caller ${number}`);
  const allowed = await Promise.all(
    callers.map(async (caller) => (await one.allowedOf(3, caller)) + (await other.allowedOf(3, caller))),
  );
  expect(allowed).toEqual(callers.map(() => 3));
  const sizes = await Promise.all(cluster.nodes.map(({ client }) => client.dbsize()));
  expect(sizes.every((size) => size > 0)).toBe(true);
  expect([...one.told(), ...other.told()]).toEqual([]);
});
