import type { CheckoutSession } from '../checkout/session.ts';

/** Sessions at an offset from the newest. */
export type ReadAt = (offset: number, limit: number) => Promise<CheckoutSession[]>;

/** The most that a page may have. */
export const MAX_PAGE = 100;

/** The end of a list: how many sessions it has, and the oldest of them, newest first. */
export type ListEnd = { count: number; oldest: CheckoutSession[] };

/**
 * Finds the end of a list that can only be read from its beginning, by galloping over the offset and bisecting: at most
 * 2·log2(n) + 3 calls for n sessions.
 * @param want how many of the oldest sessions are needed; 0 to count only
 */
export async function findEnd(readAt: ReadAt, want: number): Promise<ListEnd> {
  const { offset, sessions } = await findLastPage(readAt);
  const count = offset + sessions.length;
  const wanted = Math.min(want, count, MAX_PAGE);
  if (sessions.length >= wanted && sessions.length < MAX_PAGE)
    return { count, oldest: want === 0 ? [] : sessions.slice(-wanted) };
  return readOn(readAt, count - wanted);
}

/** The page that holds the last session; empty only when the list is. Far away one session tells enough. */
async function findLastPage(readAt: ReadAt): Promise<{ offset: number; sessions: CheckoutSession[] }> {
  const first = await readAt(0, MAX_PAGE);
  if (first.length < MAX_PAGE) return { offset: 0, sessions: first };
  // There is a session at `low`, and none at `high`.
  let low = MAX_PAGE - 1;
  let high: number | null = null;
  for (let step = MAX_PAGE; high === null || high - low > MAX_PAGE; step *= 2) {
    const probe: number = high === null ? low + step : Math.floor((low + high) / 2);
    if ((await readAt(probe, 1)).length > 0) low = probe;
    else high = probe;
  }
  return { offset: low, sessions: await readAt(low, MAX_PAGE) };
}

/** Reads to the end, which has moved on when sessions were created meanwhile. */
async function readOn(readAt: ReadAt, start: number): Promise<ListEnd> {
  const oldest: CheckoutSession[] = [];
  for (let offset = start; ; ) {
    const page = await readAt(offset, MAX_PAGE);
    oldest.push(...page);
    offset += page.length;
    if (page.length < MAX_PAGE) return { count: offset, oldest };
  }
}
