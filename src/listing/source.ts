import type { CheckoutSession } from '../checkout/session.ts';
import { type Anchor, hashId, MAX_TIES, type Position, START, timeOf } from './position.ts';

/** A run of neighbouring sessions of one list, newest first. */
export type Stretch = {
  sessions: readonly CheckoutSession[];
  /** The place before the first of them. */
  before: Position;
  /** Provider id of what stands behind the last; null for nothing, undefined when it is not known. */
  next: string | null | undefined;
  /** Whether there is nothing on the side that was read to. */
  complete: boolean;
  /** Where to go on when looking for matches was stopped early, for there were too few. */
  resume?: Anchor;
  /** What each session is sorted by, where the list's own order is odd and more than the stretch is known. */
  keys?: readonly string[];
  /**
   * Of an index: gives the session for an entry that stands in its place; null when it does not belong in the list any
   * more. The entry tells id and time only.
   */
  load?: (entry: CheckoutSession) => Promise<CheckoutSession | null>;
  /** Whether too many entries may not belong for them to be counted without being loaded. */
  mustLoad?: boolean;
};

/** Where a stretch that is read towards the newer sessions ends. */
export type Boundary =
  /** At the oldest session. */
  | 'END'
  /** At a position; `inclusive` with the last session consumed there, else just before it. */
  | { position: Position; inclusive: boolean };

/** One of the lists that are merged into one. */
export type Source = {
  /**
   * Sessions behind a position: `want` of them unless there are fewer (`complete`) or looking on costs too much
   * (`resume`).
   * @throws GatewayError when whoever keeps the list cannot answer
   */
  readOlder(from: Position, want: number): Promise<Stretch>;
  /** Sessions before a boundary, the nearest ones, still newest first. */
  readNewer(to: Boundary, want: number): Promise<Stretch>;
  /** How many sessions there are; null when that cannot be told. */
  count(): Promise<number | null>;
  /** The position `count` sessions on, at the price of one call; null when it has to be found by reading. */
  skip?(from: Position, count: number): Promise<Position | null>;
};

/**
 * The place in a list when `consumed` sessions of the stretch have been.
 * @param isEdge whether it has to be right behind the last of them, though it is known that nothing follows for a while
 */
export function positionIn(stretch: Stretch, consumed: number, isEdge = false): Position {
  const { sessions, before, next, resume } = stretch;
  const isAll = consumed === sessions.length;
  if (isAll && resume && !isEdge) return { last: resume, next };
  if (consumed === 0 && before.last === undefined && before.nextAnchor) return before;
  const last = consumed > 0 ? anchorAt(stretch, consumed - 1) : before.last;
  if (last !== undefined || isAll) return { last, next: isAll ? next : sessions[consumed]?.providerId };
  return { last, next: sessions[consumed]?.providerId, nextAnchor: anchorAt(stretch, consumed) };
}

/** A session of the stretch as an anchor, with those of the same moment before it. */
export function anchorAt({ sessions, before }: Pick<Stretch, 'sessions' | 'before'>, index: number): Anchor {
  const session = sessions[index] as CheckoutSession;
  const ties: number[] = [];
  let at = index;
  for (; at >= 0 && sessions[at]?.createdAt === session.createdAt && ties.length < MAX_TIES; at--) {
    ties.push(hashId((sessions[at] as CheckoutSession).providerId));
  }
  const time = timeOf(session);
  if (at < 0 && before.last && before.last.time === time)
    ties.push(...before.last.ties.slice(0, MAX_TIES - ties.length));
  return { id: session.providerId, time, ties };
}

/** Nothing, at a position behind which there is nothing. */
export const nothingBehind = (from: Position): Stretch => ({ sessions: [], before: from, next: null, complete: true });

/** Nothing, because the newest session is behind it. */
export const nothingBefore = (next: Stretch['next']): Stretch => ({
  sessions: [],
  before: START,
  next,
  complete: true,
});

/** What stands behind a boundary. */
export function nextOf(boundary: Boundary): Stretch['next'] {
  if (boundary === 'END') return null;
  const { position, inclusive } = boundary;
  return inclusive ? position.next : (position.last?.id ?? undefined);
}
