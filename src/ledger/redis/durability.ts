import type { Cluster, Redis } from 'ioredis';
import type { RedisLink } from '../../redis/link.ts';
import type { Log } from '../../telemetry/log.ts';

/** What Redis has to be set to for what it answered to be there later. */
const NEEDED = [
  { setting: 'maxmemory-policy', isGood: (value: string) => value === 'noeviction', expected: 'noeviction' },
  { setting: 'appendonly', isGood: (value: string) => value === 'yes', expected: 'yes' },
  { setting: 'appendfsync', isGood: (value: string) => value !== 'no', expected: 'everysec or always' },
] as const;

/**
 * Looks once, at the first opportunity there is, whether Redis keeps what it is told, and warns when it does not. A Redis
 * that does not tell its settings is believed.
 */
export async function warnOfLoss(link: RedisLink, log: Log): Promise<void> {
  let isDone = false;
  const look = async (): Promise<void> => {
    if (isDone) return;
    const wrong = await findWrong(link);
    isDone = true;
    if (wrong.length === 0) return;
    const got = Object.fromEntries(wrong.map(({ setting, value }) => [setting, value]));
    const advice = wrong.map(({ setting, expected }) => `${setting} to ${expected}`).join(', ');
    log.warn({ got }, `redis may lose changes under way, which could then be made twice: set ${advice}`);
  };
  // Whatever comes of it, Redis is back all the same.
  link.beforeReturn(() => look().catch(() => undefined));
  await look().catch(() => undefined);
}

async function findWrong(link: RedisLink): Promise<{ setting: string; value: string; expected: string }[]> {
  const wrong = await Promise.all(
    NEEDED.map(async ({ setting, isGood, expected }) => {
      const value = (await read(link, setting)).find((each) => !isGood(each));
      return value === undefined ? [] : [{ setting, value, expected }];
    }),
  );
  return wrong.flat();
}

/** A setting's values on all nodes that commands go to. */
async function read(link: RedisLink, setting: string): Promise<string[]> {
  // Not `run`: a Redis that forbids it, as it may, would count as away.
  const replies = await link.attempt((client) => {
    const nodes: Redis[] = client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
    return Promise.all(nodes.map((node) => node.config('GET', setting)));
  });
  return (replies as unknown[]).flatMap((reply) =>
    Array.isArray(reply) && reply.length > 1 ? [String(reply[1])] : [],
  );
}
