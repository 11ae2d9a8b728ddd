import { GatewayError } from '../checkout/errors.ts';
import type { PageArguments } from './arguments.ts';
import { beginAt, endAt } from './bound.ts';
import type { ListedSource } from './connection.ts';
import type { ListState } from './cursor.ts';
import { mergeNewer, mergeOlder } from './merge.ts';
import { Page, type Part } from './page.ts';
import { type Position, START } from './position.ts';
import { type Read, settle } from './settle.ts';
import { skipSessions } from './skip.ts';
import { anchorAt, type Boundary, positionIn, type Stretch } from './source.ts';

type PageRead = Pick<PageArguments, 'size' | 'offset'> & {
  lists: readonly ListedSource[];
  filter: string;
  after: ListState | null;
  before: ListState | null;
};

export type PageResult = {
  page: Page;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Whether looking for matches was stopped before the page was full. */
  isCut: boolean;
  /** By the list's key. */
  failures: ReadonlyMap<string, GatewayError>;
};

/** The first sessions behind `after`, up to `before`. */
export async function readForward({ lists, filter, size, offset, after, before }: PageRead): Promise<PageResult> {
  const begin = lists.map(({ key }) => after?.positions.get(key) ?? START);
  const skipped = await skipSessions(lists, begin, offset);
  const starts = skipped.positions;
  const keyOf = (list: number) => lists[list]?.key ?? '';
  const initial = await readAll(lists, skipped.failures, async (list, index) => {
    return endAt(await list.source.readOlder(starts[index] ?? START, size + 1), before, list.key);
  });
  const { reads, order: known } = await settle(initial, {
    limit: size + 1,
    merge: (some) => mergeOlder(some.map(orNothing), size + 1),
    chosen: ({ sessions }, count, ahead) => sessions.slice(0, count + ahead),
    async extend(list, stretch) {
      const more = await lists[list]?.source.readOlder({ last: stretch.resume, next: undefined }, size + 1);
      if (!more) return stretch;
      const { before: place, resume: _, ...rest } = stretch;
      return endAt(
        { ...rest, ...more, before: place, sessions: [...stretch.sessions, ...more.sessions] },
        before,
        keyOf(list),
      );
    },
  });
  const order = known.slice(0, size);
  throwWhenAllFailed(
    reads,
    starts.map(({ next }) => next !== null),
    order.length,
  );

  const parts = reads.map((read, list): Part => {
    return { key: keyOf(list), stretch: orNull(read), position: starts[list] ?? START, skipped: 0 };
  });
  const taken = countBy(order, lists.length);
  const isCut = order.length < size && reads.some((read) => orNull(read)?.resume !== undefined);
  const goesOn = async (list: ListedSource, stretch: Stretch) =>
    hasAny(await list.source.readOlder(positionIn(stretch, stretch.sessions.length), 1));
  const used = reads.map((read, list) => (orNull(read)?.sessions.length === taken[list] ? orNull(read) : null));
  // Only what a list that holds the others up has in front of it; else it would have been merged.
  const hasLeft = reads.some((read, list) => (orNull(read)?.sessions.length ?? 0) > (taken[list] ?? 0));
  const failures = failuresOf(lists, reads);
  return {
    page: new Page(parts, order, filter),
    hasNextPage: isCut || hasLeft || failures.size > 0 || (await anyGoesOn(lists, used, goesOn)),
    hasPreviousPage: starts.some(({ last }) => last !== null),
    isCut,
    failures,
  };
}

/** The last sessions before `before`, down to `after`. */
export async function readBackward({ lists, filter, size, after, before }: PageRead): Promise<PageResult> {
  const boundaries = lists.map(({ key }): Boundary => {
    return before ? { position: before.positions.get(key) ?? START, inclusive: key !== before.edge } : 'END';
  });
  const keyOf = (list: number) => lists[list]?.key ?? '';
  const initial = await readAll(lists, new Map(), async (list, index) => {
    return beginAt(await list.source.readNewer(boundaries[index] ?? 'END', size + 1), after, list.key);
  });
  const { reads, order: known } = await settle(initial, {
    limit: size + 1,
    merge: (some) => mergeNewer(some.map(orNothing), size + 1),
    chosen: ({ sessions }, count, ahead) => sessions.slice(Math.max(0, sessions.length - count - ahead)),
    async extend(list, stretch) {
      const more = await lists[list]?.source.readNewer({ position: stretch.before, inclusive: true }, size + 1);
      if (!more) return stretch;
      const sessions = [...more.sessions, ...stretch.sessions];
      return beginAt({ ...stretch, before: more.before, complete: more.complete, sessions }, after, keyOf(list));
    },
  });
  const order = size === 0 ? [] : known.slice(-size);
  const isAsked = boundaries.map((boundary) => boundary === 'END' || boundary.position.last !== null);
  throwWhenAllFailed(reads, isAsked, order.length);

  const taken = countBy(order, lists.length);
  const parts = reads.map((read, list): Part => {
    const stretch = orNull(read);
    const skipped = (stretch?.sessions.length ?? 0) - (taken[list] ?? 0);
    return { key: keyOf(list), stretch, position: positionAt(boundaries[list] ?? 'END'), skipped };
  });
  const goesOn = async (list: ListedSource, stretch: Stretch) => {
    if (stretch.sessions.length === 0) return true;
    const position = { last: anchorAt(stretch, 0), next: undefined };
    return hasAny(await list.source.readNewer({ position, inclusive: false }, 1));
  };
  const used = parts.map(({ stretch, skipped }) => (skipped === 0 ? stretch : null));
  const failures = failuresOf(lists, reads);
  return {
    page: new Page(parts, order, filter),
    hasPreviousPage:
      parts.some(({ skipped }) => skipped > 0) || failures.size > 0 || (await anyGoesOn(lists, used, goesOn)),
    hasNextPage: before !== null,
    isCut: order.length < size && used.some((stretch) => stretch && !stretch.complete),
    failures,
  };
}

/** Whether there is something, or may be: one that was cut short has not been read to its end. */
const hasAny = ({ sessions, complete }: Stretch): boolean => sessions.length > 0 || !complete;

/** Reads every list; one that fails costs only its own sessions. A bug is no failing list, and must not hide as one. */
async function readAll(
  lists: readonly ListedSource[],
  failed: ReadonlyMap<string, GatewayError>,
  read: (list: ListedSource, index: number) => Promise<Stretch>,
): Promise<Read[]> {
  return Promise.all(
    lists.map(async (list, index): Promise<Read> => {
      try {
        return failed.get(list.key) ?? (await read(list, index));
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code === 'BAD_USER_INPUT') throw error;
        return error;
      }
    }),
  );
}

const orNull = (read: Read): Stretch | null => (read instanceof GatewayError ? null : read);

const orNothing = (read: Read) => orNull(read) ?? { sessions: [], complete: true };

const failuresOf = (lists: readonly ListedSource[], reads: readonly Read[]): Map<string, GatewayError> =>
  new Map(
    reads.flatMap((read, list) => (read instanceof GatewayError ? [[lists[list]?.key ?? '', read] as const] : [])),
  );

/** When nothing that was asked could answer, an empty page would pass for an empty list. */
function throwWhenAllFailed(reads: readonly Read[], isAsked: readonly boolean[], found: number): void {
  const failure = reads.find((read) => read instanceof GatewayError);
  const asked = reads.filter((_, list) => isAsked[list]);
  if (failure && found === 0 && asked.every((read) => read instanceof GatewayError)) throw failure;
}

/** Whether a list that was used up has more where it was not read to its end. When it cannot be told, it is assumed. */
async function anyGoesOn(
  lists: readonly ListedSource[],
  stretches: readonly (Stretch | null)[],
  goesOn: (list: ListedSource, stretch: Stretch) => Promise<boolean>,
): Promise<boolean> {
  const answers = lists.map(async (list, index) => {
    const stretch = stretches[index];
    if (!stretch || stretch.complete) return false;
    try {
      return await goesOn(list, stretch);
    } catch (error) {
      if (error instanceof GatewayError) return true;
      throw error;
    }
  });
  return (await Promise.all(answers)).includes(true);
}

function countBy(order: readonly number[], lists: number): number[] {
  const counts = Array.from({ length: lists }, () => 0);
  for (const list of order) counts[list] = (counts[list] ?? 0) + 1;
  return counts;
}

/** Where a list stands that could not be read up to a boundary. */
function positionAt(boundary: Boundary): Position {
  if (boundary === 'END') return { last: undefined, next: null };
  const { position, inclusive } = boundary;
  const { last } = position;
  return inclusive || !last ? position : { last: undefined, next: last.id ?? undefined, nextAnchor: last };
}
