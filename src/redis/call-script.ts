import type { RedisClient, RedisScript } from './link.ts';
import { troubleOf } from './trouble.ts';

type Arguments = readonly (string | number | Buffer)[];
type Methods = Record<string, (...args: Arguments) => Promise<unknown>>;

/**
 * Calls a script that the client knows by its name. What goes out at the same time goes out together; ioredis follows
 * redirections of a cluster only for all commands that went out together or for none, so one that was sent elsewhere is
 * sent again on its own. It has not been run then.
 * @returns what it replied, texts as Buffers
 */
export async function callScript(
  client: RedisClient,
  name: string,
  script: RedisScript,
  keys: readonly string[],
  args: Arguments,
): Promise<unknown> {
  try {
    return await (client as unknown as Methods)[`${name}Buffer`]?.(...keys, ...args);
  } catch (error) {
    if (!wasNotRun(error)) throw error;
    const { lua, numberOfKeys } = script;
    const [result] =
      (await (client.pipeline() as unknown as Alone).evalBuffer(lua, numberOfKeys, ...keys, ...args).exec()) ?? [];
    if (result?.[0]) throw result[0];
    return result?.[1];
  }
}

type Alone = { evalBuffer(...args: Arguments): { exec(): Promise<[Error | null, unknown][] | null> } };

function wasNotRun(error: unknown): boolean {
  const reason = troubleOf(error)?.reason;
  return reason === 'MOVED' || reason === 'ASK' || reason === 'TRYAGAIN' || reason === 'NOSCRIPT';
}
