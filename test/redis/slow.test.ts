import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { RedisAway } from '../../src/redis/link.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { type SlowWay, startProxy } from './proxy.ts';
import { block, isBack, type LinkRig, openLink } from './rig.ts';

let redis: RedisServer;
let proxy: SlowWay;
let rig: LinkRig;

beforeEach(async () => {
  redis = await startRedis();
  proxy = await startProxy(redis.port);
  rig = await openLink(proxy.url);
  return async () => {
    await rig.link.close();
    await proxy.stop();
    await redis.stop();
  };
});

test('a Redis that is slow all the time is away, and stays so', async () => {
  proxy.delayMs = 150;
  await expect(rig.add()).rejects.toThrow(RedisAway);
  await expect(rig.add()).rejects.toThrow(RedisAway);
  // Long enough for a connection that is doubted to be made anew.
  for (let look = 0; look < 50; look++) {
    await sleep(100);
    expect(rig.link.isUp).toBe(false);
  }
  proxy.delayMs = 0;
  await isBack(rig);
  expect(rig.changes()).toEqual(['away: timeout', 'back']);
});

test('a single late answer is nothing', async () => {
  proxy.delayMs = 150;
  await expect(rig.add()).rejects.toThrow(RedisAway);
  proxy.delayMs = 0;
  // A command waits for those before it.
  await sleep(300);
  await rig.add();
  proxy.delayMs = 150;
  await expect(rig.add()).rejects.toThrow(RedisAway);
  expect(rig.link.isUp).toBe(true);
  expect(rig.lines).toEqual([]);
});

test('time in which the gateway itself stood still is not held against Redis', async () => {
  const notSentYet = rig.add();
  block(120);
  expect(await notSentYet).toBe(1);
  // One that has gone out, and whose answer lies there unread.
  const sent = rig.add();
  await new Promise((resolve) => setImmediate(resolve));
  block(120);
  expect(await sent).toBe(2);
  for (let count = 0; count < 5; count++) {
    const asked = rig.add();
    block(120);
    await asked;
  }
  expect(rig.lines).toEqual([]);
});

test('calls made at the same time go out together, scripts as well', async () => {
  await rig.add();
  proxy.pieces.length = 0;
  await Promise.all([
    ...Array.from({ length: 100 }, () => rig.add()),
    ...Array.from({ length: 100 }, () => rig.link.run((client) => client.get('sum'))),
  ]);
  expect(proxy.pieces.length).toBeLessThanOrEqual(2);
  expect(proxy.pieces.join('').match(/evalsha/g)).toHaveLength(100);
  expect(proxy.pieces.join('').match(/get\r\n/g)).toHaveLength(100);
});
