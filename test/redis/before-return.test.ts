import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RedisServer } from '../helpers/redis.ts';
import { isBack, type LinkRig, startBoth, until } from './rig.ts';

async function goAway({ redis, rig }: { redis: RedisServer; rig: LinkRig }): Promise<void> {
  await redis.kill();
  await until(() => !rig.link.isUp);
  await redis.restart();
}

test.concurrent('what is to be done before a return comes before anybody else', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  const order: string[] = [];
  rig.link.beforeReturn(async (client) => {
    await sleep(200);
    await client.set('prepared', 'yes');
    order.push('prepared');
  });
  await redis.kill();
  await until(() => !rig.link.isUp);
  const seen = Array.from({ length: 20 }, async () => {
    for (;;) {
      try {
        const prepared = await rig.link.run((client) => client.get('prepared'));
        order.push('asked');
        return prepared;
      } catch {
        await sleep(1);
      }
    }
  });
  await redis.restart();
  expect(new Set(await Promise.all(seen))).toEqual(new Set(['yes']));
  expect(order[0]).toBe('prepared');
  expect(order.filter((what) => what === 'prepared')).toHaveLength(1);
});

test.concurrent('it is not done for the first connection, and is for each return', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  let count = 0;
  rig.link.beforeReturn(async () => {
    count++;
  });
  await rig.add();
  expect(count).toBe(0);
  await goAway({ redis, rig });
  await isBack(rig);
  expect(count).toBe(1);
  await goAway({ redis, rig });
  await isBack(rig);
  expect(count).toBe(2);
});

test.concurrent('when it fails, Redis counts as away still, and it is tried again', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  let tries = 0;
  rig.link.beforeReturn(async (client) => {
    tries++;
    if (tries < 3) throw new Error('not yet: secret');
    await client.set('prepared', 'yes');
  });
  await goAway({ redis, rig });
  await until(() => tries === 2);
  expect(rig.link.isUp).toBe(false);
  await until(() => rig.link.isUp);
  expect(tries).toBe(3);
  expect(await redis.client.get('prepared')).toBe('yes');
  expect(rig.changes()).toEqual([
    'away: connection closed',
    'redis answers, but what has to be done first fails: it counts as away still',
    'back',
  ]);
  expect(rig.lines.join('')).not.toContain('secret');
});

test.concurrent('all of it must go well', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  const done: string[] = [];
  let isReady = false;
  rig.link.beforeReturn(async () => void done.push('first'));
  rig.link.beforeReturn(() => {
    if (!isReady) throw new Error('not yet');
    return Promise.resolve();
  });
  await goAway({ redis, rig });
  await until(() => done.length > 0);
  expect(rig.link.isUp).toBe(false);
  isReady = true;
  await isBack(rig);
});

test.concurrent('one that does not end is not waited for without end', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  let tries = 0;
  rig.link.beforeReturn(() => {
    tries++;
    return tries === 1 ? new Promise(() => undefined) : Promise.resolve();
  });
  await goAway({ redis, rig });
  await until(() => tries === 1);
  await sleep(1000);
  expect(rig.link.isUp).toBe(false);
  await until(() => rig.link.isUp);
  expect(tries).toBe(2);
});

test.concurrent('when Redis goes away again meanwhile, it is not back', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  let tries = 0;
  rig.link.beforeReturn(async () => {
    tries++;
    if (tries > 1) return;
    await redis.kill();
    await sleep(100);
  });
  await goAway({ redis, rig });
  await until(() => tries === 1);
  await sleep(1500);
  expect(rig.link.isUp).toBe(false);
  await redis.restart();
  await isBack(rig);
  expect(tries).toBe(2);
  expect(rig.changes()).toEqual(['away: connection closed', 'back']);
});
