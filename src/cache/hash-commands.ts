import type { RedisClient } from '../redis/link.ts';
import { troubleOf } from '../redis/trouble.ts';

type Reply = Buffer | null;

/**
 * Fields of a hash, null where there is none. What stands at the key and is no hash is removed and counts as nothing.
 * @throws what ioredis does
 */
export async function readHash(client: RedisClient, key: string, fields: readonly string[]): Promise<Reply[]> {
  try {
    return await gathered(
      () => client.hmgetBuffer(key, ...fields),
      () => client.pipeline().hmgetBuffer(key, ...fields),
    );
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('WRONGTYPE'))) throw error;
    await removeKey(client, key);
    return fields.map(() => null);
  }
}

/**
 * Removes a key. Not a script: it needs no memory and works for keys of any type.
 * @throws what ioredis does
 */
export async function removeKey(client: RedisClient, key: string): Promise<void> {
  await gathered(
    () => client.unlink(key),
    () => client.pipeline().unlink(key),
  );
}

/**
 * Sends a command together with others. ioredis follows a cluster's redirections only when all that went out together
 * were sent to the same place; one that was left behind is sent again by itself.
 */
async function gathered<T>(
  together: () => Promise<T>,
  alone: () => { exec(): Promise<[Error | null, unknown][] | null> },
): Promise<T> {
  try {
    return await together();
  } catch (error) {
    const reason = troubleOf(error)?.reason;
    if (reason !== 'MOVED' && reason !== 'ASK' && reason !== 'TRYAGAIN') throw error;
    const [result] = (await alone().exec()) ?? [];
    if (!result || result[0]) throw result?.[0] ?? error;
    return result[1] as T;
  }
}
