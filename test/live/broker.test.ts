import { describe, expect, test } from 'vitest';
import type { Broker } from '../../src/live/broker.ts';
import { createLocalBroker } from '../../src/live/local-broker.ts';
import { LIVE_CHANNEL } from '../../src/live/redis-broker.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { until } from '../redis/rig.ts';
import { hear, notice, openBroker } from './broker-rig.ts';

type OnTestFinished = (work: () => Promise<void>) => void;

async function start(onTestFinished: OnTestFinished): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  return redis;
}

type Opened = { broker: Broker; lines: string[] };

const BROKERS: [name: string, open: (onTestFinished: OnTestFinished) => Promise<Opened>][] = [
  [
    'in one process',
    async () => {
      const { log, lines } = recordLog();
      return { broker: createLocalBroker({ log }), lines };
    },
  ],
  [
    'over Redis',
    async (onTestFinished) => {
      const redis = await start(onTestFinished);
      return openBroker(redis.url, onTestFinished);
    },
  ],
];

describe.each(BROKERS)('a broker %s', (_name, open) => {
  test('reaches its own listeners at once, each once, in order', async ({ onTestFinished }) => {
    const { broker } = await open(onTestFinished);
    const [a, b] = [hear(broker), hear(broker)];
    const notices = Array.from({ length: 100 }, (_, index) => notice(`session ${index}`));
    const published = notices.map((each) => broker.publish(each));
    expect([a.notices, b.notices]).toEqual([notices, notices]);
    await Promise.all(published);
    // What comes back from Redis comes in order, so that all before it has come, too.
    await broker.publish(notice('last'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(a.ids()).toEqual([...notices.map(({ providerId }) => providerId), 'last']);
    expect(a.gaps).toBe(0);
  });

  test('does not reach those who listen no more, and others still', async ({ onTestFinished }) => {
    const { broker } = await open(onTestFinished);
    const [a, b] = [hear(broker), hear(broker)];
    await broker.publish(notice('first'));
    a.end();
    a.end();
    await broker.publish(notice('second'));
    expect([a.ids(), b.ids()]).toEqual([['first'], ['first', 'second']]);
  });

  test('goes on when a listener fails, and says so once, without its words', async ({ onTestFinished }) => {
    const { broker, lines } = await open(onTestFinished);
    broker.listen({
      notice: ({ providerId }) => {
        throw new RangeError(providerId);
      },
      gap: () => undefined,
    });
    const after = hear(broker);
    await broker.publish(notice('first'));
    await broker.publish(notice('second'));
    expect(after.ids()).toEqual(['first', 'second']);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 50, reason: 'RangeError', msg: 'a listener for changes failed' }),
    ]);
  });

  test('reaches nobody when it is closed, and says so to who publishes', async ({ onTestFinished }) => {
    const { broker } = await open(onTestFinished);
    const before = hear(broker);
    await broker.close();
    await broker.close();
    const after = hear(broker);
    await expect(broker.publish(notice('late'))).rejects.toThrow('The broker is closed.');
    expect([...before.notices, ...after.notices]).toEqual([]);
  });
});

test('what one publishes the others hear, in the order of each, as it was', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const rigs = await Promise.all([1, 2, 3].map(() => openBroker(redis.url, onTestFinished)));
  const ids = Array.from({ length: 100 }, (_, index) => `${index}`);
  await Promise.all(rigs.flatMap(({ broker }, from) => ids.map((id) => broker.publish(notice(`${from} ${id}`)))));
  await until(() => rigs.every(({ heard }) => heard.notices.length >= 300));
  for (const { heard } of rigs) {
    expect(heard.notices).toHaveLength(300);
    for (const from of [0, 1, 2]) {
      const own = heard.ids().filter((id) => id.startsWith(`${from} `));
      expect(own).toEqual(ids.map((id) => `${from} ${id}`));
    }
  }
  const whole = notice('ü€😀 "\\', { provider: 'METEROID', previousStatus: null, trigger: 'POLL', at: 1 });
  await rigs[0]?.broker.publish(whole);
  await until(() => rigs[1]?.heard.notices.length === 301);
  expect(rigs[1]?.heard.notices.at(-1)).toEqual(whole);
  expect(rigs.flatMap(({ lines }) => lines)).toEqual([]);
});

test('gateways of other accounts do not hear it', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const ours = await openBroker(redis.url, onTestFinished);
  const others = await openBroker(redis.url, onTestFinished, { FLEX: 'another', METEROID: 'meteroid account' });
  const without = await openBroker(redis.url, onTestFinished, { METEROID: 'meteroid account' });
  await ours.broker.publish(notice('of flex'));
  await ours.broker.publish(notice('of meteroid', { provider: 'METEROID' }));
  await until(() => others.heard.notices.length > 0 && without.heard.notices.length > 0);
  expect([others.heard.ids(), without.heard.ids()]).toEqual([['of meteroid'], ['of meteroid']]);
  expect([others.broker.ignored, ...others.lines]).toEqual([0]);
  await expect(without.broker.publish(notice('of flex'))).rejects.toThrow('There is no account of FLEX.');
  expect(without.heard.ids()).toEqual(['of meteroid', 'of flex']);
});

const GOOD = { v: 1, sender: 'x', account: 'flex account', ...notice('good') };
const FOREIGN: unknown[] = [
  '',
  'garbage',
  '{"v":1',
  'null',
  '[]',
  '1',
  { ...GOOD, v: 2 },
  { ...GOOD, v: '1' },
  { ...GOOD, sender: null },
  { ...GOOD, account: 1 },
  { ...GOOD, provider: 'STRIPE' },
  { ...GOOD, provider: 'constructor' },
  { ...GOOD, provider: ['FLEX'] },
  { ...GOOD, providerId: '' },
  { ...GOOD, providerId: '..' },
  { ...GOOD, providerId: 'a\u0000' },
  { ...GOOD, providerId: 'a'.repeat(100) },
  { ...GOOD, providerId: '\ud800' },
  { ...GOOD, previousStatus: 'PAID' },
  { ...GOOD, previousStatus: 'toString' },
  { ...GOOD, previousStatus: undefined },
  { ...GOOD, trigger: 'CRON' },
  { ...GOOD, at: '1' },
  { ...GOOD, at: 1.5 },
  { ...GOOD, at: 1e300 },
  { ...GOOD, at: null },
  { ...GOOD, more: 'x'.repeat(2000) },
  `${'['.repeat(100_000)}`,
];

test('what it did not write is ignored, and told once', async ({ onTestFinished }) => {
  const redis = await start(onTestFinished);
  const { broker, heard, said, lines } = await openBroker(redis.url, onTestFinished);
  for (const each of FOREIGN) {
    await redis.client.publish(LIVE_CHANNEL, typeof each === 'string' ? each : JSON.stringify(each));
  }
  await redis.client.publish(LIVE_CHANNEL, JSON.stringify({ ...GOOD, unknown: 'field' }));
  await until(() => heard.notices.length > 0);
  expect(heard.notices).toEqual([notice('good')]);
  expect(broker.ignored).toBe(FOREIGN.length);
  expect(said()).toEqual([
    'a message on the channel of changes is not one that this gateway understands; such are ignored',
  ]);
  expect(lines.join()).not.toContain('garbage');
});
