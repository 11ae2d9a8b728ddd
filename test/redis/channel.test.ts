import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRedisChannel } from '../../src/redis/channel.ts';
import { RedisAway } from '../../src/redis/link.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from '../helpers/redis.ts';
import { type ChannelRig, NAME, openChannel } from './channel-rig.ts';
import { startProxy } from './proxy.ts';
import { until } from './rig.ts';

/** A connection that hangs must be given up within this time, in milliseconds: 5 s, and time for a busy machine. */
const HUNG_WITHIN_MS = 8000;

type OnTestFinished = (work: () => Promise<void>) => void;

async function start(onTestFinished: OnTestFinished, options: RedisServerOptions = {}): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(redis.stop);
  return redis;
}

const bothUp = ({ channel, link }: ChannelRig) => until(() => channel.isUp && link.isUp);

/** How many subscribers the server has. */
async function subscribers({ client }: RedisServer): Promise<number> {
  const [, count] = (await client.pubsub('NUMSUB', NAME)) as [string, number];
  return count;
}

// Those that expect silence run alone: where much is done at once, an answer may well be late.
test('what one publishes all hear, in its order, and nothing is said of it', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const a = await openChannel(redis.url, onTestFinished);
  const b = await openChannel(redis.url, onTestFinished);
  const other = await openChannel(redis.url, onTestFinished, `${NAME}:other`);
  const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
  await Promise.all(texts.map((text) => a.channel.publish(text)));
  await until(() => b.heard.length >= texts.length && a.heard.length >= texts.length);
  // Long enough for some calls and their echo.
  await sleep(2500);
  expect(a.heard).toEqual(texts);
  expect(b.heard).toEqual(texts);
  expect(other.heard).toEqual([]);
  expect([...a.lines, ...b.lines]).toEqual([]);
});

test('texts of any kind come as they were', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const { channel, heard } = await openChannel(redis.url, onTestFinished);
  const texts = ['', '1', 'line\r\nline', '\u0000', 'ü€😀', 'x'.repeat(100_000)];
  for (const text of texts) await channel.publish(text);
  await until(() => heard.length === texts.length);
  expect(heard).toEqual(texts);
});

test.concurrent('a Redis that dies and returns makes one gap, and one line for each', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const rig = await openChannel(redis.url, onTestFinished);
  for (let round = 0; round < 2; round++) {
    await redis.kill();
    await until(() => !rig.channel.isUp);
    await expect(rig.channel.publish('lost')).rejects.toThrow(RedisAway);
    await sleep(1000);
    await redis.restart();
    await bothUp(rig);
    await rig.channel.publish(`after ${round}`);
    await until(() => rig.heard.includes(`after ${round}`));
  }
  expect(rig.heard).toEqual(['GAP', 'after 0', 'GAP', 'after 1']);
  const away = expect.stringMatching(/^away: (connection closed|ECONNRESET)$/);
  expect(rig.changes()).toEqual([away, 'back', away, 'back']);
});

test.concurrent('a Redis that hangs is given up, and heard again when it goes on', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const rig = await openChannel(redis.url, onTestFinished);
  redis.pause();
  await until(() => !rig.channel.isUp, HUNG_WITHIN_MS);
  redis.resume();
  await bothUp(rig);
  await rig.channel.publish('after');
  await until(() => rig.heard.includes('after'));
  expect(rig.heard).toEqual(['GAP', 'after']);
  expect(rig.changes()).toEqual(['away: timeout', 'back']);
  expect(await subscribers(redis)).toBe(1);
});

test.concurrent('a connection that nothing comes over any more is given up', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const proxy = await startProxy(redis.port);
  onTestFinished(proxy.stop);
  const { log, lines } = recordLog();
  const { link } = await openChannel(redis.url, onTestFinished);
  // The subscriber alone goes over the way that is slow.
  const channel = await createRedisChannel({ url: proxy.url, name: NAME, log, link });
  onTestFinished(async () => channel.close());
  let gaps = 0;
  channel.listen({ message: () => undefined, gap: () => gaps++ });
  proxy.delayMs = 60_000;
  await until(() => !channel.isUp, HUNG_WITHIN_MS);
  proxy.delayMs = 0;
  await until(() => channel.isUp);
  expect(gaps).toBe(1);
  expect(lines).toHaveLength(2);
});

test.concurrent('a connection that is cut is made again', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const rig = await openChannel(redis.url, onTestFinished);
  await redis.client.client('KILL', 'TYPE', 'pubsub');
  await until(() => rig.heard.includes('GAP'));
  await rig.channel.publish('after');
  await until(() => rig.heard.length === 2);
  expect(rig.link.isUp).toBe(true);
});

test.concurrent('a subscriber of a Redis where nothing is published moves', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const elsewhere = await start(onTestFinished);
  const { link } = await openChannel(redis.url, onTestFinished);
  const { log, lines } = recordLog();
  const channel = await createRedisChannel({ url: elsewhere.url, name: NAME, log, link });
  onTestFinished(async () => channel.close());
  await until(() => !channel.isUp, HUNG_WITHIN_MS);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, reason: 'no echo' });
});

test.concurrent('without a Redis it begins, says so once, and hears when there is one', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  await redis.kill();
  const rig = await openChannel(redis.url, onTestFinished);
  expect(rig.channel.isUp).toBe(false);
  await expect(rig.channel.publish('lost')).rejects.toThrow(RedisAway);
  await sleep(1000);
  await redis.restart();
  await bothUp(rig);
  await rig.channel.publish('after');
  await until(() => rig.heard.includes('after'));
  expect(rig.heard).toEqual(['GAP', 'after']);
  expect(rig.changes()).toEqual(['away: ECONNREFUSED', 'back']);
});

test.concurrent('it may take the password that it was given, and never says it', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished, { password: 'a secret@word' });
  const rig = await openChannel(redis.url, onTestFinished);
  await rig.channel.publish('heard');
  await until(() => rig.heard.includes('heard'));
  const wrong = await openChannel(redis.url.replace('a%20secret', 'another'), onTestFinished);
  expect(wrong.changes()).toEqual(['away: WRONGPASS']);
  expect(wrong.lines.join()).not.toMatch(/another|127\.0\.0\.1|redis:/);
});

test.concurrent('who may not use the channel is told so, and Redis does not count as away', async ({
  onTestFinished,
}) => {
  const redis = await start(onTestFinished);
  await redis.client.call('ACL', 'SETUSER', 'few', 'on', '>word', '~*', '+@all', 'resetchannels');
  const rig = await openChannel(redis.url.replace('//', '//few:word@'), onTestFinished);
  await expect(rig.channel.publish('text')).rejects.toThrow('Redis could not do it: NOPERM.');
  expect(rig.link.isUp).toBe(true);
  expect(rig.changes()).toEqual(['away: NOPERM']);
  await redis.client.call('ACL', 'SETUSER', 'few', `&${NAME}*`);
  await until(() => rig.channel.isUp);
  await rig.channel.publish('heard');
  await until(() => rig.heard.includes('heard'));
});

test.concurrent('what is refused does not hold what was published', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished, { args: ['--rename-command', 'PUBLISH', 'HIDDEN'] });
  const { channel } = await openChannel(redis.url, onTestFinished);
  const error = await channel.publish('text').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RedisAway);
  expect(JSON.stringify([error, (error as Error).message])).not.toContain('text');
});

test('a listener that fails does not keep it from others', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const { channel, lines } = await openChannel(redis.url, onTestFinished);
  channel.listen({
    message: () => {
      throw new RangeError('personal');
    },
    gap: () => undefined,
  });
  const last: string[] = [];
  const end = channel.listen({ message: (text) => last.push(text), gap: () => undefined });
  await channel.publish('a');
  await channel.publish('b');
  await until(() => last.length === 2);
  end();
  await channel.publish('c');
  await sleep(200);
  expect(last).toEqual(['a', 'b']);
  expect(lines.map((line) => JSON.parse(line).reason)).toEqual(['RangeError']);
});

test.concurrent('attempts get rarer, and each is of one connection', async ({ onTestFinished }) => {
  let attempts = 0;
  const server = createServer((socket) => {
    attempts++;
    socket.on('error', () => undefined).destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => void server.close());
  const redis = await start(onTestFinished);
  const { link } = await openChannel(redis.url, onTestFinished);
  const { log } = recordLog();
  const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const channel = await createRedisChannel({ url, name: NAME, log, link });
  await sleep(4000);
  // Delays of 100 ms, then up to 200, 400, 800, 1600 and 2000, or half of that.
  expect(attempts).toBeGreaterThan(3);
  expect(attempts).toBeLessThan(10);
  channel.close();
  const atEnd = attempts;
  await sleep(2200);
  expect(attempts).toBe(atEnd);
});

test('closing is quick and final, whatever Redis does', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const open = await openChannel(redis.url, onTestFinished);
  const hung = await openChannel(redis.url, onTestFinished);
  open.channel.close();
  open.channel.close();
  await until(async () => (await subscribers(redis)) === 1);
  await expect(open.channel.publish('text')).rejects.toThrow(RedisAway);
  redis.pause();
  hung.channel.close();
  redis.resume();
  await until(async () => (await subscribers(redis)) === 0);
  await hung.link.run((client) => client.publish(NAME, 'late'));
  await sleep(300);
  expect([...open.heard, ...hung.heard, ...open.lines, ...hung.changes()]).toEqual([]);
  expect(open.channel.isUp).toBe(false);
});
