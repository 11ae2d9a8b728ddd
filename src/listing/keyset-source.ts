import type { PagedList, PageRequest } from '../checkout/list.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import { findEnd, MAX_PAGE } from './find-end.ts';
import { type Anchor, isConsumed, type Position, START } from './position.ts';
import { anchorAt, type Boundary, nextOf, nothingBefore, nothingBehind, type Source, type Stretch } from './source.ts';

/** The pages of one list, and single sessions of it. */
export type KeysetReads = Pick<PagedList, 'matches' | 'isExact' | 'isSparse'> & {
  /** Null when the anchor is gone. */
  readPage(request: PageRequest): Promise<CheckoutSession[] | null>;
  /** Null when there is no such session any more. */
  readOne(providerId: string): Promise<CheckoutSession | null>;
};

/** Pages that are looked through for matches before a page of the merged list is cut short. */
const MAX_LOOKS = 5;
/** The same for a place that only its session's having no time tells of, or that lies among many of one moment. */
const MAX_LOOKS_FOR_PLACE = 40;

/** A list that is paged by the id of a session seen, and by offset. */
export function createKeysetSource(reads: KeysetReads): Source {
  const { readPage, matches, isExact, isSparse } = reads;
  // A list that has to be looked through is read by the largest page.
  const limitFor = (want: number) => Math.min(isSparse ? MAX_PAGE : want, MAX_PAGE);

  async function readOlder(from: Position, want: number): Promise<Stretch> {
    if (from.next === null) return nothingBehind(from);
    const sessions: CheckoutSession[] = [];
    let page = await firstOlder(reads, from, limitFor(want));
    for (let look = 1; ; look++) {
      sessions.push(...page.sessions.filter(matches));
      if (page.complete || sessions.length >= want || !page.anchor) {
        return { sessions, before: from, next: page.complete ? null : undefined, complete: page.complete };
      }
      if (look === MAX_LOOKS) {
        return { sessions, before: from, next: undefined, complete: false, resume: page.anchor };
      }
      page = await pageAfter(reads, page.anchor, MAX_PAGE);
    }
  }

  async function readNewer(to: Boundary, want: number): Promise<Stretch> {
    // A little beyond what is wanted: so more is seen of an order that is odd.
    const limit = limitFor(2 * want + 10);
    const sessions: CheckoutSession[] = [];
    let page = await firstNewer(reads, to, limit);
    for (let look = 1; ; look++) {
      sessions.unshift(...page.sessions.filter(matches));
      const newest = page.sessions[0];
      if (page.complete || !newest) return { ...nothingBefore(nextOf(to)), sessions };
      if (sessions.length >= want || look === MAX_LOOKS) {
        const before = {
          last: undefined,
          next: newest.providerId,
          nextAnchor: anchorAt({ sessions: page.sessions, before: START }, 0),
        };
        return { sessions, before, next: nextOf(to), complete: false };
      }
      page = await pageBefore(reads, newest.providerId, MAX_PAGE);
    }
  }

  return {
    readOlder,
    readNewer,
    count: async () => (isExact ? (await findEnd(readAt(readPage), 0)).count : null),
    ...(isExact && { skip: (from: Position, count: number) => skip(readPage, from, count) }),
  };
}

/** A page as it came, before matches are looked for. */
type RawPage = { sessions: CheckoutSession[]; complete: boolean; anchor: Anchor | undefined };

const rawPage = (sessions: CheckoutSession[], complete: boolean, before: Position): RawPage => ({
  sessions,
  complete,
  anchor: sessions.length > 0 ? anchorAt({ sessions, before }, sessions.length - 1) : undefined,
});

async function firstOlder(reads: KeysetReads, from: Position, limit: number): Promise<RawPage> {
  if (from.last) return pageAfter(reads, from.last, limit);
  if (from.last === null || from.next == null) {
    const sessions = (await reads.readPage({ limit })) ?? [];
    return rawPage(sessions, sessions.length < limit, from);
  }
  // Only what stands behind the position is known: it comes first, and then what is behind it.
  const next = await reads.readOne(from.next);
  if (!next) return from.nextAnchor ? pageAfterTime(reads, from.nextAnchor, limit) : rawPage([], true, from);
  const anchor = anchorAt({ sessions: [next], before: from }, 0);
  const rest = await pageAfter(reads, anchor, limit);
  return { ...rest, sessions: [next, ...rest.sessions], anchor: rest.anchor ?? anchor };
}

async function pageAfter(reads: KeysetReads, anchor: Anchor, limit: number): Promise<RawPage> {
  const before = { last: anchor, next: undefined };
  if (anchor.id !== null) {
    const sessions = await reads.readPage({ limit, startingAfter: anchor.id });
    if (sessions && sessions.length > 0) return rawPage(sessions, sessions.length < limit, before);
    // Some answer nothing where others say that the anchor is gone.
    const own = sessions && (await reads.readOne(anchor.id));
    if (own && reads.matches(own)) return rawPage([], true, before);
  }
  return pageAfterTime(reads, anchor, limit);
}

/** Goes on where a session stood that is gone: by its time, leaving out what had been seen. */
async function pageAfterTime(reads: KeysetReads, anchor: Anchor, limit: number): Promise<RawPage> {
  const before = { last: anchor, next: undefined };
  const unseen: CheckoutSession[] = [];
  const span = anchor.time === null ? undefined : { from: null, to: anchor.time };
  const most = anchor.time === null ? MAX_PAGE : Math.min(limit + anchor.ties.length, MAX_PAGE);
  let startingAfter: string | undefined;
  for (let look = 1; ; look++) {
    const page =
      (await reads.readPage({ limit: most, ...(span && { span }), ...(startingAfter && { startingAfter }) })) ?? [];
    unseen.push(...page.filter((session) => !isConsumed(session, anchor)));
    startingAfter = page.at(-1)?.providerId;
    if (page.length < most) return rawPage(unseen, true, before);
    if (unseen.length > 0) return rawPage(unseen, false, before);
    // Nothing unseen in all that: it is gone on from there, next time.
    if (look === MAX_LOOKS_FOR_PLACE)
      return { sessions: [], complete: false, anchor: anchorAt({ sessions: page, before }, page.length - 1) };
  }
}

async function firstNewer(reads: KeysetReads, to: Boundary, limit: number): Promise<RawPage> {
  if (to === 'END') return lastPage(reads, limit);
  const { position, inclusive } = to;
  if (position.last === null) return rawPage([], true, position);
  if (!inclusive) return position.last ? beforeAnchor(reads, position.last, limit, false) : rawPage([], true, position);
  if (position.next) {
    const sessions = await reads.readPage({ limit, endingBefore: position.next });
    if (sessions && sessions.length > 0) return rawPage(sessions, sessions.length < limit, position);
    if (position.nextAnchor) return beforeAnchor(reads, position.nextAnchor, limit, false);
  }
  if (position.last) return beforeAnchor(reads, position.last, limit, true);
  return position.next === null ? lastPage(reads, limit) : rawPage([], true, position);
}

/** What is before an anchor, and the anchor itself when it counts. */
async function beforeAnchor(reads: KeysetReads, anchor: Anchor, limit: number, inclusive: boolean): Promise<RawPage> {
  const id = anchor.id;
  const [sessions, own] = await Promise.all([
    id === null ? null : reads.readPage({ limit, endingBefore: id }),
    id === null || !inclusive ? null : reads.readOne(id),
  ]);
  if (!sessions || (sessions.length === 0 && id !== null && !(await isListed(reads, id, own)))) {
    return beforeTime(reads, anchor, limit);
  }
  return rawPage(own ? [...sessions, own] : sessions, sessions.length < limit, { last: null, next: undefined });
}

/** Whether a session is still there and in this list: some answer nothing where others say that an anchor is gone. */
async function isListed(reads: KeysetReads, id: string, own: CheckoutSession | null): Promise<boolean> {
  const session = own ?? (await reads.readOne(id));
  return session !== null && reads.matches(session);
}

/** What had been seen up to a session that is gone: the oldest of those created since. */
async function beforeTime(reads: KeysetReads, anchor: Anchor, limit: number): Promise<RawPage> {
  const span = anchor.time === null ? undefined : { from: anchor.time, to: null };
  const { count, oldest } = await findEnd(readAt(reads.readPage, span), limit + anchor.ties.length);
  let page = oldest;
  let complete = count === oldest.length;
  for (let look = 1; ; look++) {
    const seen = page.filter((session) => isConsumed(session, anchor) && session.providerId !== anchor.id);
    const first = page[0];
    if (seen.length > 0 || complete || !first || look === MAX_LOOKS_FOR_PLACE) {
      return rawPage(seen, complete || seen.length === 0, START);
    }
    // All of it was created in the anchor's moment, after it.
    page = (await reads.readPage({ limit: MAX_PAGE, endingBefore: first.providerId })) ?? [];
    complete = page.length < MAX_PAGE;
  }
}

async function lastPage(reads: KeysetReads, limit: number): Promise<RawPage> {
  const { count, oldest } = await findEnd(readAt(reads.readPage), limit);
  return rawPage(oldest, count === oldest.length, { last: null, next: undefined });
}

async function pageBefore(reads: KeysetReads, endingBefore: string, limit: number): Promise<RawPage> {
  const sessions = (await reads.readPage({ limit, endingBefore })) ?? [];
  return rawPage(sessions, sessions.length < limit, { last: null, next: undefined });
}

const readAt =
  (readPage: KeysetReads['readPage'], span?: PageRequest['span']) =>
  async (offset: number, limit: number): Promise<CheckoutSession[]> =>
    (await readPage({ limit, ...(offset > 0 && { offset }), ...(span && { span }) })) ?? [];

async function skip(readPage: KeysetReads['readPage'], from: Position, count: number): Promise<Position | null> {
  if (from.last === undefined || from.last?.id === null) return null;
  const offset = count - 1;
  const anchor = from.last ? { startingAfter: from.last.id } : {};
  const page = await readPage({ limit: 1, ...(offset > 0 && { offset }), ...anchor });
  return page?.[0] ? { last: anchorAt({ sessions: page, before: START }, 0), next: undefined } : null;
}
