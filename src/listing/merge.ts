import type { CheckoutSession } from '../checkout/session.ts';

/**
 * Merges lists that are each newest first into one: by creation time, ties by provider name, then as the list has them.
 * Only heads are compared, so that nothing is lost or doubled where a list's own order is odd.
 * @param lists in the order in which ties go
 * @returns at most `limit` sessions, each with the index of its list
 */
export function mergeNewestFirst(
  lists: readonly (readonly CheckoutSession[])[],
  limit: number,
): { list: number; session: CheckoutSession }[] {
  const heads = lists.map(() => 0);
  const merged: { list: number; session: CheckoutSession }[] = [];
  while (merged.length < limit) {
    let newest: { list: number; session: CheckoutSession } | null = null;
    for (const [list, sessions] of lists.entries()) {
      const session = sessions[heads[list] ?? 0];
      // A session without a time comes last; instants compare as texts.
      if (session && (!newest || (session.createdAt ?? '') > (newest.session.createdAt ?? '')))
        newest = { list, session };
    }
    if (!newest) break;
    heads[newest.list] = (heads[newest.list] ?? 0) + 1;
    merged.push(newest);
  }
  return merged;
}
