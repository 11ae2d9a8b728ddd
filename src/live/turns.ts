import { hash } from 'node:crypto';
import type { RedisLink } from '../redis/link.ts';

/** Whose turn it is to look at something: one replica's at a time. */
export type Turns = {
  /**
   * Takes turns.
   * @param ms for which nobody else gets the turn
   * @returns for each name whether it is ours
   */
  take(names: readonly string[], ms: readonly number[]): Promise<boolean[]>;
};

/** Without other replicas it is always our turn. */
export const OWN_TURNS: Turns = { take: async (names) => names.map(() => true) };

/** @param account makes the names of one account other than those of another's */
export const createRedisTurns = (link: RedisLink, account: string): Turns => ({
  async take(names, ms) {
    const keys = names.map((name) => `checkout-gateway:turn:1:${hash('sha256', `${account} ${name}`, 'base64url')}`);
    const replies = await link.run((client) =>
      Promise.all(keys.map((key, index) => client.set(key, '', 'PX', Math.max(1, Math.floor(ms[index] ?? 1)), 'NX'))),
    );
    return replies.map((reply) => reply === 'OK');
  },
});
