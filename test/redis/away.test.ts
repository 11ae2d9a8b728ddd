import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RedisAway } from '../../src/redis/link.ts';
import { isBack, type LinkRig, startBoth, until } from './rig.ts';

/** Whether it is refused before anything else can happen, the network included. */
async function isRefusedAtOnce(rig: LinkRig): Promise<boolean> {
  const refused = rig.add().then(
    () => false,
    (error: unknown) => error instanceof RedisAway,
  );
  return await Promise.race([refused, new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

test.concurrent('a Redis that dies is seen at once, and so is that it is there again, empty', async ({
  onTestFinished,
}) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await rig.add();
  await redis.kill();
  await until(() => !rig.link.isUp);
  expect(await isRefusedAtOnce(rig)).toBe(true);
  await redis.restart();
  await isBack(rig);
  expect(await rig.add()).toBe(1);
  expect(rig.changes()).toEqual(['away: connection closed', 'back']);
});

test.concurrent('what is under way when Redis dies fails, and is not sent again', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  const asked = Array.from({ length: 50 }, () => rig.add().catch((error: unknown) => error));
  redis.pause();
  await redis.kill();
  const answers = await Promise.all(asked);
  expect(answers.every((answer) => answer instanceof RedisAway || typeof answer === 'number')).toBe(true);
  await redis.restart();
  await isBack(rig);
  expect(await redis.client.get('sum')).toBeNull();
});

test.concurrent('a Redis that hangs is waited for twice, then no more', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  redis.pause();
  const begun = performance.now();
  await expect(rig.add()).rejects.toThrow(RedisAway);
  expect(rig.link.isUp).toBe(true);
  await expect(rig.add()).rejects.toThrow(RedisAway);
  // Twice 50 ms, and time for a machine that does much else.
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(rig.link.isUp).toBe(false);
  expect(await isRefusedAtOnce(rig)).toBe(true);
  redis.resume();
  await isBack(rig);
  expect(rig.changes()).toEqual(['away: timeout', 'back']);
});

test.concurrent('what was refused while Redis hung is not done when it goes on', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  redis.pause();
  let sent = 0;
  const asked: Promise<unknown>[] = [];
  const ask = () => asked.push(rig.add().catch(() => undefined));
  while (rig.link.isUp) {
    sent++;
    ask();
    await sleep(5);
  }
  for (let count = 0; count < 50; count++) ask();
  await Promise.all(asked);
  await sleep(1000);
  redis.resume();
  await isBack(rig);
  const sum = Number(await redis.client.get('sum'));
  expect(sum).toBeLessThan(sent);
  await sleep(500);
  expect(Number(await redis.client.get('sum'))).toBe(sum);
});

test.concurrent('200 commands at once make one line for each change', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  let isOver = false;
  const callers = Array.from({ length: 200 }, async () => {
    while (!isOver) {
      await rig.add().catch(() => undefined);
      await sleep(1);
    }
  });
  redis.pause();
  await until(() => !rig.link.isUp);
  redis.resume();
  await isBack(rig);
  await redis.kill();
  await until(() => !rig.link.isUp);
  await redis.restart();
  await isBack(rig);
  isOver = true;
  await Promise.all(callers);
  expect(rig.changes()).toEqual([
    'away: timeout',
    'back',
    expect.stringMatching(/^away: (connection closed|ECONNRESET)$/),
    'back',
  ]);
});

test.concurrent('a connection that is cut is made again', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await until(() => !rig.link.isUp);
  await isBack(rig);
  expect(await rig.add()).toBe(1);
});

test.concurrent('an idle connection stays', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await sleep(1500);
  expect(await rig.add()).toBe(1);
  expect(rig.lines).toEqual([]);
  const clients = String(await redis.client.client('LIST'));
  expect(clients.match(/name=checkout-gateway/g)).toHaveLength(1);
});

test.concurrent('while it is up it is tried out once a second, and nothing else is written unasked', async ({
  onTestFinished,
}) => {
  const { redis, rig } = await startBoth(onTestFinished);
  const tries = async () => {
    const stats = await redis.client.info('commandstats');
    return Number(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1]);
  };
  const before = await tries();
  await expect.poll(tries, { timeout: 5000 }).toBeGreaterThan(before);
  await sleep(2200);
  expect(await tries()).toBeLessThanOrEqual(before + 5);
  expect(await redis.client.dbsize()).toBeLessThanOrEqual(1);
  expect(rig.link.isUp).toBe(true);
});

test.concurrent('closing does not wait for a Redis that hangs', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  redis.pause();
  const asked = rig.add().catch((error: unknown) => error);
  const begun = performance.now();
  await rig.link.close();
  await rig.link.close();
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(await asked).toBeInstanceOf(RedisAway);
  expect(await isRefusedAtOnce(rig)).toBe(true);
  expect(rig.lines).toEqual([]);
});

test.concurrent('closing lets what is under way come to its end, and ends the connection', async ({
  onTestFinished,
}) => {
  const { redis, rig } = await startBoth(onTestFinished);
  const asked = rig.add();
  await rig.link.close();
  expect(await asked).toBe(1);
  await until(async () => !String(await redis.client.client('LIST')).includes('checkout-gateway'));
});

test.concurrent('closing while Redis is away ends the attempts to reach it', async ({ onTestFinished }) => {
  const { redis, rig } = await startBoth(onTestFinished);
  await redis.kill();
  await until(() => !rig.link.isUp);
  await rig.link.close();
  await redis.restart();
  onTestFinished(() => expect(rig.changes()).toHaveLength(1));
  await sleep(1500);
  expect(String(await redis.client.client('LIST'))).not.toContain('checkout-gateway');
});
