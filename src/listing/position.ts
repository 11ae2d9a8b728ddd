import type { CheckoutSession } from '../checkout/session.ts';

/** A session that stands for a place in its list. */
export type Anchor = {
  /** Provider id; null when a cursor had no room for it. */
  id: string | null;
  /** When it was created, epoch milliseconds; null when it does not tell. */
  time: number | null;
  /** Hashes of the sessions up to and with this one that were created at the same time. */
  ties: readonly number[];
};

/** How far a list has been consumed: the place between two sessions. */
export type Position = {
  /** The last session consumed; null before the first, undefined when it is not known. */
  last: Anchor | null | undefined;
  /** Provider id of the session behind it; null behind the last, undefined when it is not known. */
  next: string | null | undefined;
  /** The session behind it, when it alone tells where the position is: the last one is not known. */
  nextAnchor?: Anchor;
};

export const START: Position = { last: null, next: undefined };

/** Most ties that an anchor remembers. */
export const MAX_TIES = 16;

export const timeOf = ({ createdAt }: Pick<CheckoutSession, 'createdAt'>): number | null =>
  createdAt === null ? null : Date.parse(createdAt);

/** FNV-1a of an id, 32 bits: tells sessions of one moment apart. */
export function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Whether a session had been consumed when the list stood at the anchor, told by its time alone: the anchor is gone. */
export function isConsumed(
  session: Pick<CheckoutSession, 'providerId' | 'createdAt'>,
  { time, ties }: Anchor,
): boolean {
  const own = timeOf(session) ?? Number.NEGATIVE_INFINITY;
  const anchored = time ?? Number.NEGATIVE_INFINITY;
  return own > anchored || (own === anchored && ties.includes(hashId(session.providerId)));
}
