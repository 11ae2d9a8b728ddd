import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisLink } from '../../src/redis/create-link.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';

/** Redis must be seen to be back within this time, in milliseconds. */
export const BACK_WITHIN_MS = 3000;

const ADD = "return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2]}";

export const SCRIPTS = {
  /** Adds the first argument to a key; answers the sum, and the second argument as it is. */
  add: { numberOfKeys: 1, lua: ADD },
  /** Uses a text as a list. */
  wrong: { numberOfKeys: 1, lua: "redis.call('SET', KEYS[1], 'text') return redis.call('LPUSH', KEYS[1], '1')" },
};

type OnTestFinished = (work: () => Promise<void>) => void;

/** A server and a link to it, for one test. Tests wait most of the time, so those of a file run side by side. */
export async function startBoth(onTestFinished: OnTestFinished): Promise<{ redis: RedisServer; rig: LinkRig }> {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const rig = await openLink(redis.url);
  onTestFinished(() => rig.link.close());
  return { redis, rig };
}

export type LinkRig = {
  link: RedisLink;
  lines: string[];
  /** What the log tells of changes, oldest first: `away` with its reason, or `back`. */
  changes(): string[];
  /** Adds one to a key; the sum. */
  add(key?: string): Promise<number>;
};

export async function openLink(url: string): Promise<LinkRig> {
  const { log, lines } = recordLog();
  const link = await createRedisLink({ url, scripts: SCRIPTS, log });
  return {
    link,
    lines,
    changes: () => lines.map((line) => toChange(JSON.parse(line))),
    add: async (key = 'sum') => Number(((await link.call('add', [key], [1, ''])) as unknown[])[0]),
  };
}

function toChange({ msg, reason }: { msg: string; reason?: string }): string {
  if (msg === 'redis is back') return 'back';
  return msg === `redis is away: ${reason}: reads go on without it` ? `away: ${reason}` : msg;
}

/** Waits for something that happens in its own time. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not come about within ${withinMs} ms.`);
    await sleep(10);
  }
}

export const isBack = ({ link }: LinkRig): Promise<void> => until(() => link.isUp, BACK_WITHIN_MS);

/** Stands in the way of everything else in this process. */
export function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
