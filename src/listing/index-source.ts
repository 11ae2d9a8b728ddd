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
  /** Whether entries are as good as sessions, because the filter asks nothing that may have changed since. */
  isSettled: boolean;
  count(): Promise<number>;
};

/**
 * A list that the gateway keeps itself. It gives entries; which of them are on a page is known by their times, and only
 * those are loaded from the provider.
 */
export const createIndexSource = ({ readEntries, load, matches, isSettled, count }: IndexReads): Source => {
  const loadMatch = async (entry: CheckoutSession) => {
    const session = await load(entry);
    return session && matches(session) ? session : null;
  };
  return {
    async readOlder(from, want) {
      if (from.next === null) return nothingBehind(from);
      const limit = limitFor(want);
      const entries = await readEntries({ direction: 'older', ...startOf(from), limit });
      const complete = entries.length < limit;
      const { last } = from;
      // A place that is told by its time alone begins before its moment.
      const unseen = last && last.id === null ? entries.filter((entry) => !isConsumed(entry, last)) : entries;
      const reached = entries.at(-1);
      const cut = !complete && reached ? { resume: anchorOf(reached) } : {};
      const next = complete ? null : undefined;
      return {
        sessions: unseen.map(asSession),
        before: from,
        next,
        complete,
        load: loadMatch,
        mustLoad: !isSettled,
        ...cut,
      };
    },
    async readNewer(to, want): Promise<Stretch> {
      if (to !== 'END' && to.position.last === null) return nothingBefore(nextOf(to));
      const limit = limitFor(want);
      const entries = await readEntries({ direction: 'newer', ...endOf(to), limit });
      const complete = entries.length < limit;
      const [newest] = entries;
      const before = complete || !newest ? START : beforeEntry(newest);
      return { sessions: entries.map(asSession), before, next: nextOf(to), complete, load: loadMatch };
    },
    count,
  };
};

// Entries are cheap, and some turn out not to belong.
const limitFor = (want: number): number => 2 * want + 20;

/** An entry in the place of the session that it stands for. */
const asSession = (entry: Entry): CheckoutSession => entry as CheckoutSession;

const beforeEntry = (entry: Entry): Position => ({
  last: undefined,
  next: entry.providerId,
  nextAnchor: anchorOf(entry),
});

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
