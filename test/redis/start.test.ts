import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RedisAway } from '../../src/redis/link.ts';
import { startRedis } from '../helpers/redis.ts';
import { isBack, openLink } from './rig.ts';

test.concurrent('it is up from the first moment, and says nothing about it', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const { link, lines, add } = await openLink(redis.url);
  onTestFinished(() => link.close());
  expect(link.isUp).toBe(true);
  expect(await add()).toBe(1);
  expect(await link.run((client) => client.get('sum'))).toBe('1');
  expect(lines).toEqual([]);
});

test.concurrent('the texts of a reply are bytes', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const { link } = await openLink(redis.url);
  onTestFinished(() => link.close());
  const bytes = Buffer.from([0, 255, 128, 13, 10]);
  expect(await link.call('add', ['sum'], [2, bytes])).toEqual([2, bytes]);
});

test.concurrent('without Redis it starts all the same, and finds it when it comes', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  await redis.kill();
  const rig = await openLink(redis.url);
  onTestFinished(() => rig.link.close());
  expect(rig.link.isUp).toBe(false);
  await expect(rig.add()).rejects.toThrow(RedisAway);
  expect(rig.changes()).toEqual(['away: ECONNREFUSED']);
  // Commands have been refused, so what is to be done before a return has to be done.
  let isPrepared = false;
  rig.link.beforeReturn(async () => {
    isPrepared = true;
  });
  await redis.restart();
  await isBack(rig);
  expect(isPrepared).toBe(true);
  expect(await rig.add()).toBe(1);
  expect(rig.changes()).toEqual(['away: ECONNREFUSED', 'back']);
});

test.concurrent('a hung Redis does not keep the gateway from starting', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  redis.pause();
  const rig = await openLink(redis.url);
  onTestFinished(() => rig.link.close());
  expect(rig.changes()).toEqual(['away: no answer']);
  redis.resume();
  await isBack(rig);
});

test.concurrent('a wrong password is told as such, and nowhere what it was', async ({ onTestFinished }) => {
  const redis = await startRedis({ password: 'the-right-one' });
  onTestFinished(redis.stop);
  const rig = await openLink(redis.url.replace('the-right-one', 'not-the-right-one'));
  onTestFinished(() => rig.link.close());
  expect(rig.link.isUp).toBe(false);
  const refusal = await rig.add().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RedisAway);
  await sleep(1000);
  expect(rig.changes()).toEqual(['away: WRONGPASS']);
  expect(`${rig.lines.join('')}${String(refusal)}`).not.toMatch(/right-one|127\.0\.0\.1/);
  await redis.client.config('SET', 'requirepass', 'not-the-right-one');
  await isBack(rig);
});

test.concurrent('the password of the URL is used, and none is told when it is missing', async ({ onTestFinished }) => {
  const redis = await startRedis({ password: 'p@ss:w/rd%' });
  onTestFinished(redis.stop);
  const rig = await openLink(redis.url);
  onTestFinished(() => rig.link.close());
  expect(rig.link.isUp).toBe(true);
  const without = await openLink(`redis://127.0.0.1:${redis.port}`);
  onTestFinished(() => without.link.close());
  expect(without.changes()).toEqual(['away: NOAUTH']);
});
