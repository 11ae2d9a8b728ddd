import type { CheckoutSession } from '../checkout/session.ts';

/** A list to merge: sessions newest first, and whether there are none beyond. */
export type MergeInput = {
  sessions: readonly CheckoutSession[];
  complete: boolean;
  /** What each session is sorted by; its creation time when left out. */
  keys?: readonly string[];
};

/**
 * Merges lists that are each newest first into one: by creation time, ties in the order of the lists, then as the list
 * has them. Only heads are compared, so nothing is lost or doubled where a list's own order is odd. Stops early where a
 * list is used up that may go on: what comes next is not known then.
 * @returns the index of the list that each session of the merged one comes from
 */
export function mergeOlder(lists: readonly MergeInput[], limit: number): number[] {
  const heads = lists.map(() => 0);
  const order: number[] = [];
  while (order.length < limit) {
    let newest = -1;
    let newestKey = '';
    for (const [index, { sessions, complete }] of lists.entries()) {
      const head = heads[index] ?? 0;
      const session = sessions[head];
      if (!session && !complete) return order;
      if (!session) continue;
      // A session without a time comes last; instants compare as texts.
      const key = session.createdAt ?? '';
      if (newest < 0 || key > newestKey) [newest, newestKey] = [index, key];
    }
    if (newest < 0) break;
    heads[newest] = (heads[newest] ?? 0) + 1;
    order.push(newest);
  }
  return order;
}

/**
 * The end of the merged list: the same order, taken from the oldest session on.
 * @returns the index of the list that each session comes from, newest first
 */
export function mergeNewer(lists: readonly MergeInput[], limit: number): number[] {
  const keys = lists.map(sortKeys);
  const tails = lists.map(({ sessions }) => sessions.length);
  const order: number[] = [];
  while (order.length < limit) {
    let oldest = -1;
    let oldestKey = '';
    for (const [index, { complete }] of lists.entries()) {
      const tail = tails[index] ?? 0;
      if (tail === 0 && !complete) return order.reverse();
      if (tail === 0) continue;
      const key = keys[index]?.[tail - 1] ?? '';
      if (oldest < 0 || key <= oldestKey) [oldest, oldestKey] = [index, key];
    }
    if (oldest < 0) break;
    tails[oldest] = (tails[oldest] ?? 0) - 1;
    order.push(oldest);
  }
  return order.reverse();
}

/**
 * The key by which sorting gives what merging by heads gives: a session that stands behind an older one of its own list
 * comes right after that one.
 */
export function sortKeys({ sessions, keys }: MergeInput): readonly string[] {
  if (keys) return keys;
  let lowest: string | undefined;
  return sessions.map(({ createdAt }) => {
    const key = createdAt ?? '';
    if (lowest === undefined || key < lowest) lowest = key;
    return lowest;
  });
}
