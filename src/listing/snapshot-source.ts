import type { CheckoutSession } from '../checkout/session.ts';
import { sortKeys } from './merge.ts';
import { isConsumed, type Position, START } from './position.ts';
import { anchorAt, type Boundary, nextOf, nothingBehind, type Source, type Stretch } from './source.ts';

/** A list that comes whole, newest first. */
export function createSnapshotSource(readList: () => Promise<readonly CheckoutSession[]>): Source {
  // A session that stands there twice would send cursors back to where it stood first.
  const readAll = async () => [...new Map((await readList()).map((session) => [session.providerId, session])).values()];
  /** The run from one index to another, with what its neighbours tell. */
  const stretch = (all: readonly CheckoutSession[], start: number, end: number, edges: Partial<Stretch>): Stretch => ({
    sessions: all.slice(start, end),
    before: start === 0 ? START : { last: anchorAt({ sessions: all, before: NOWHERE }, start - 1), next: undefined },
    next: all[end]?.providerId ?? null,
    complete: true,
    ...edges,
  });
  return {
    async readOlder(from, want) {
      if (from.next === null) return nothingBehind(from);
      const all = await readAll();
      const start = placeOf(all, from);
      const end = Math.min(start + want, all.length);
      return stretch(all, start, end, { complete: end === all.length, ...(start > 0 && { before: from }) });
    },
    async readNewer(to, want) {
      const all = await readAll();
      const end = endOf(all, to);
      const start = Math.max(0, end - want);
      const keys = sortKeys({ sessions: all.slice(0, end), complete: true }).slice(start);
      return stretch(all, start, end, {
        complete: start === 0,
        keys,
        ...(to !== 'END' && end < all.length && { next: nextOf(to) ?? all[end]?.providerId ?? null }),
      });
    },
    count: async () => (await readAll()).length,
  };
}

const NOWHERE: Position = { last: undefined, next: undefined };

/** How many sessions stand before a position. When those that it names are gone, their time tells. */
function placeOf(all: readonly CheckoutSession[], { last, next, nextAnchor }: Position): number {
  if (last === null) return 0;
  if (next === null && !last) return all.length;
  const atLast = last?.id != null ? all.findIndex(({ providerId }) => providerId === last.id) : -1;
  if (atLast >= 0) return atLast + 1;
  const atNext = next ? all.findIndex(({ providerId }) => providerId === next) : -1;
  if (atNext >= 0) return atNext;
  const anchor = last ?? nextAnchor;
  if (!anchor) return 0;
  const unseen = all.findIndex((session) => !isConsumed(session, anchor));
  return unseen < 0 ? all.length : unseen;
}

function endOf(all: readonly CheckoutSession[], to: Boundary): number {
  if (to === 'END') return all.length;
  const { position, inclusive } = to;
  const place = placeOf(all, position);
  const isThere = position.last?.id != null && all[place - 1]?.providerId === position.last.id;
  return inclusive || !isThere ? place : place - 1;
}
