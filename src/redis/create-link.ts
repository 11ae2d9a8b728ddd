import type { Log } from '../telemetry/log.ts';
import { GuardedLink } from './guarded-link.ts';
import type { RedisLink, RedisScript } from './link.ts';

export type RedisLinkOptions = {
  /** One `redis://` or `rediss://` URL; several, separated by commas, are nodes of one Redis Cluster. */
  url: string;
  /** Lua scripts by the names that they are called by. */
  scripts?: Record<string, RedisScript>;
  log: Log;
  /** Milliseconds that a command may take; the time in which our own event loop stands still does not count. @default 50 */
  commandTimeoutMs?: number;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
};

/**
 * Connects to Redis. It takes a second at most, and never fails: while Redis cannot be reached, the link is down, and
 * goes on trying.
 */
export async function createRedisLink(options: RedisLinkOptions): Promise<RedisLink> {
  const { url, scripts = {}, log, commandTimeoutMs = 50, now = Date.now } = options;
  const link = new GuardedLink({ url, scripts, log, commandTimeoutMs, now });
  await link.start();
  return link;
}
