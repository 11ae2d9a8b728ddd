import { randomBytes } from 'node:crypto';
import type { Json } from '../provider.ts';

export type Message = { type: string; body: Json };

/** The webhooks of one provider. */
export type WebhookFace = {
  /** Whether the provider tells of such an event at all. */
  sends: (type: string) => boolean;
  /**
   * What it tells of a session as it is now, of whatever type; undefined when there is no such session, or nothing of
   * what the type is about.
   */
  message: (type: string, id: string) => Message | undefined;
};

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * An id that was never given before. Other ids follow from the seed; these must not, because receivers remember them
 * for days: after a restart or a reset every event would be taken for one that came already.
 */
export function freshId(prefix: string): string {
  return `${prefix}_${Array.from(randomBytes(26), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('')}`;
}
