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
  if (sessions.length >= wanted) return { count, oldest: want === 0 ? [] : sessions.slice(-wanted) };
  return readOn(readAt, count - wanted);
}

/** The page that holds the last session; empty only when the list is. */
async function findLastPage(readAt: ReadAt): Promise<{ offset: number; sessions: CheckoutSession[] }> {
  let low = 0;
  let page = await readAt(low, MAX_PAGE);
  if (page.length < MAX_PAGE) return { offset: low, sessions: page };
  let step = MAX_PAGE;
  let high: number | null = null;
  // `low` is the offset of a full page, `high` one at which there is nothing.
  while (high === null || high > low + MAX_PAGE) {
    const probe: number = high === null ? low + step : middle(low, high);
    const found = await readAt(probe, MAX_PAGE);
    if (found.length > 0 && found.length < MAX_PAGE) return { offset: probe, sessions: found };
    if (found.length === 0) high = probe;
    else [low, page] = [probe, found];
    step *= 2;
  }
  return { offset: low, sessions: page };
}

/** Half way, and beyond the full page at `low`. */
const middle = (low: number, high: number): number => Math.max(low + MAX_PAGE, Math.floor((low + high) / 2));

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
