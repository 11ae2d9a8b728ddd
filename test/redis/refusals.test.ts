import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import { expect, test } from 'vitest';
import { RedisAway } from '../../src/redis/link.ts';
import { startRedis } from '../helpers/redis.ts';
import { isBack, type LinkRig, startBoth } from './rig.ts';

/** Looks for longer than it would take to come back. */
async function staysDown({ link }: LinkRig): Promise<void> {
  for (let look = 0; look < 20; look++) {
    await sleep(100);
    expect(link.isUp).toBe(false);
  }
}

test.concurrent('a replica counts as away until it is a master', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  const master = await startRedis();
  onTestFinished(master.stop);
  await redis.client.replicaof('127.0.0.1', master.port);
  await expect(rig.add()).rejects.toThrow(RedisAway);
  expect(rig.link.isUp).toBe(false);
  await staysDown(rig);
  await redis.client.replicaof('NO', 'ONE');
  await isBack(rig);
  expect(await rig.add()).toBe(1);
  expect(rig.changes()).toEqual(['away: READONLY', 'back']);
});

test.concurrent('a Redis that is full counts as away until there is room', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.client.config('SET', 'maxmemory', 1);
  await expect(rig.add()).rejects.toThrow('Redis could not do it: OOM.');
  expect(rig.link.isUp).toBe(false);
  await staysDown(rig);
  await redis.client.config('SET', 'maxmemory', 0);
  await isBack(rig);
  expect(rig.changes()).toEqual(['away: OOM', 'back']);
});

test.concurrent('one that takes no writes any more is noticed by who writes nothing', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.client.config('SET', 'maxmemory', 1);
  await expect.poll(() => rig.link.isUp, { timeout: 3000 }).toBe(false);
  expect(rig.changes()).toEqual(['away: OOM']);
});

test.concurrent('what it can do is tried by those who ask for that, even while it counts as away', async ({
  onTestFinished,
}) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await rig.add('kept');
  await redis.client.config('SET', 'maxmemory', 1);
  await expect(rig.add()).rejects.toThrow(RedisAway);
  expect(await rig.link.attempt((client) => client.del('kept'))).toBe(1);
  expect(rig.link.isUp).toBe(false);
  await redis.stop();
  await expect
    .poll(() => rig.link.attempt((client) => client.del('kept')).then(String, (error) => error.name))
    .toBe('RedisAway');
});

test.concurrent('rights that are taken away are missed at once', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.client.acl('SETUSER', 'default', '-@all', '+acl');
  await expect(rig.add()).rejects.toThrow(RedisAway);
  expect(rig.changes()).toEqual(['away: NOPERM']);
  await redis.client.acl('SETUSER', 'default', '+@all');
  await isBack(rig);
});

test.concurrent('a command that is wrong itself says nothing of Redis', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.client.lpush('list', '1');
  await expect(rig.link.run((client) => client.get('list'))).rejects.toThrow(/^WRONGTYPE/);
  await expect(rig.link.call('wrong', ['key'], [])).rejects.toThrow(ReplyError);
  await expect(rig.link.run((client) => client.call('NOSUCH'))).rejects.toThrow(/^ERR unknown command/);
  const bug = new TypeError('a bug of the caller');
  await expect(rig.link.run(() => Promise.reject(bug))).rejects.toBe(bug);
  await expect(rig.link.call('missing', [], [])).rejects.toThrow(TypeError);
  expect(rig.link.isUp).toBe(true);
  expect(rig.lines).toEqual([]);
});

test.concurrent('scripts that Redis has forgotten are sent anew', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await rig.add();
  await rig.add();
  await redis.client.script('FLUSH');
  const sums = await Promise.all(Array.from({ length: 10 }, () => rig.add()));
  expect(sums.sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test.concurrent('what Redis refused is told without what it was asked', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.client.config('SET', 'maxmemory', 1);
  const refusal = await rig.link.run((client) => client.set('a-key', 'a-value')).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RedisAway);
  expect((refusal as Error).cause).toBeUndefined();
  expect(JSON.stringify([refusal, (refusal as Error).message])).not.toMatch(/a-key|a-value/);
});
