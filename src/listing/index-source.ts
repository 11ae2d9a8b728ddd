import type { CheckoutSession } from '../checkout/session.ts';
import { type Anchor, hashId, isConsumed, type Position, START } from './position.ts';
import { type Boundary, nextOf, nothingBefore, nothingBehind, type Source, type Stretch } from './source.ts';

/** Where a session stands in the index. */
export type Entry = { providerId: string; createdAt: string | null };

export type EntryRequest = {
  /** `newer` asks for the nearest entries before a place. Both ways the newest comes first. */
  direction: 'older' | 'newer';
  /** Null begins at the newest entry or, for `newer`, at the oldest. */
  from: Entry | null;
  /** Whether the entry at the place itself counts. */
  inclusive: boolean;
  limit: number;
};

/** The index of one provider's sessions, as far as a filter can know from it. */
export type IndexReads = {
  /** Entries that may match. */
  readEntries(request: EntryRequest): Promise<Entry[]>;
  /** The session as its provider has it now; null when it has none. */
  load(entry: Entry): Promise<CheckoutSession | null>;
  matches(session: CheckoutSession): boolean;
  count(): Promise<number>;
};

/** Sessions that are loaded to find matches before a page is cut short. */
const MAX_LOADS = 200;

type Found = { sessions: CheckoutSession[]; complete: boolean; reached: Entry | null };

/**
 * A list that the gateway keeps itself. What it shows is loaded from the provider; the index only tells what may be
 * worth loading.
 */
export const createIndexSource = (reads: IndexReads): Source => ({
  async readOlder(from, want) {
    if (from.next === null) return nothingBehind(from);
    const { sessions, complete, reached } = await collect(reads, 'older', startOf(from), want);
    const { last } = from;
    // A place that is told by its time alone begins before its moment.
    const unseen = last && last.id === null ? sessions.filter((session) => !isConsumed(session, last)) : sessions;
    const cut = !complete && unseen.length < want && reached ? { resume: anchorOf(reached) } : {};
    return { sessions: unseen, before: from, next: complete ? null : undefined, complete, ...cut };
  },
  async readNewer(to, want): Promise<Stretch> {
    if (to !== 'END' && to.position.last === null) return nothingBefore(nextOf(to));
    const { sessions, complete } = await collect(reads, 'newer', endOf(to), want);
    const before = complete ? START : { last: undefined, next: sessions[0]?.providerId };
    return { sessions, before, next: nextOf(to), complete };
  },
  count: reads.count,
});

async function collect(
  { readEntries, load, matches }: IndexReads,
  direction: 'older' | 'newer',
  start: Pick<EntryRequest, 'from' | 'inclusive'>,
  want: number,
): Promise<Found> {
  const sessions: CheckoutSession[] = [];
  let { from, inclusive } = start;
  for (let loads = 0; ; inclusive = false) {
    const limit = Math.max(1, Math.min(want - sessions.length, MAX_LOADS - loads));
    const entries = await readEntries({ direction, from, inclusive, limit });
    const loaded = await Promise.all(entries.map(load));
    const matching = loaded.filter((session): session is CheckoutSession => session !== null && matches(session));
    if (direction === 'older') sessions.push(...matching);
    else sessions.unshift(...matching);
    loads += entries.length;
    from = (direction === 'older' ? entries.at(-1) : entries[0]) ?? from;
    const complete = entries.length < limit;
    if (complete || sessions.length >= want || loads >= MAX_LOADS) return { sessions, complete, reached: from };
  }
}

function startOf({ last, nextAnchor }: Position): Pick<EntryRequest, 'from' | 'inclusive'> {
  if (last === undefined && nextAnchor) return { from: entryOf(nextAnchor), inclusive: true };
  return { from: last ? entryOf(last) : null, inclusive: false };
}

function endOf(to: Boundary): Pick<EntryRequest, 'from' | 'inclusive'> {
  if (to === 'END') return { from: null, inclusive: false };
  const { last, nextAnchor } = to.position;
  if (last === undefined && nextAnchor) return { from: entryOf(nextAnchor), inclusive: false };
  return { from: last ? entryOf(last) : null, inclusive: to.inclusive };
}

// Sorts before every id, for a place without one.
const BEFORE_ALL_IDS = '\uffff';

const entryOf = ({ id, time }: Anchor): Entry => ({
  providerId: id ?? BEFORE_ALL_IDS,
  createdAt: time === null ? null : new Date(time).toISOString(),
});

const anchorOf = ({ providerId, createdAt }: Entry): Anchor => ({
  id: providerId,
  time: createdAt === null ? null : Date.parse(createdAt),
  ties: [hashId(providerId)],
});
