import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisLink } from '../redis/link.ts';

/**
 * Milliseconds after which what is kept in memory counts no more while Redis is away, and a little more. Until then a read
 * may show what was before a change that another replica tells of: the way of changes is often back before the other.
 */
const ALONE_MS = 3200;
const LOOK_MS = 50;

/** Waits until what is read is not older than what was told. */
export async function caughtUp(link: Pick<RedisLink, 'isUp'>): Promise<void> {
  const until = performance.now() + ALONE_MS;
  while (!link.isUp && performance.now() < until) await sleep(LOOK_MS);
}
