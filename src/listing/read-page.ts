import { GatewayError } from '../checkout/errors.ts';
import type { PageArguments } from './arguments.ts';
import type { ListedSource } from './connection.ts';
import type { ListState } from './cursor.ts';
import { mergeNewer, mergeOlder } from './merge.ts';
import { Page, type Part } from './page.ts';
import { type Position, START } from './position.ts';
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
  const starts = offset > 0 ? await skipSessions(lists, begin, offset) : begin;
  const read = await readAll(lists, (list, index) => list.source.readOlder(starts[index] ?? START, size + 1));
  const stretches = read.stretches.map((stretch, index) => stretch && endAt(stretch, before, lists[index]?.key));
  const isAsked = starts.map(({ next }) => next !== null);
  const order = mergeOlder(stretches.map(orNothing), size);
  throwWhenAllFailed(read, lists, isAsked, order.length);

  const parts = stretches.map((stretch, index): Part => {
    return { key: lists[index]?.key ?? '', stretch, position: starts[index] ?? START, skipped: 0 };
  });
  const taken = countBy(order, lists.length);
  const isCut = order.length < size && stretches.some((stretch) => stretch?.resume !== undefined);
  const hasLeft = stretches.some((stretch, index) => (stretch?.sessions.length ?? 0) > (taken[index] ?? 0));
  const goesOn = async (list: ListedSource, stretch: Stretch) =>
    (await list.source.readOlder(positionIn(stretch, stretch.sessions.length), 1)).sessions.length > 0;
  return {
    page: new Page(parts, order, filter),
    hasNextPage: isCut || hasLeft || read.failures.size > 0 || (await anyGoesOn(lists, stretches, goesOn)),
    hasPreviousPage: starts.some(({ last }) => last !== null),
    isCut,
    failures: read.failures,
  };
}

/** The last sessions before `before`, down to `after`. */
export async function readBackward({ lists, filter, size, after, before }: PageRead): Promise<PageResult> {
  const boundaries = lists.map(({ key }): Boundary => {
    return before ? { position: before.positions.get(key) ?? START, inclusive: key !== before.edge } : 'END';
  });
  const read = await readAll(lists, (list, index) => list.source.readNewer(boundaries[index] ?? 'END', size + 1));
  const stretches = read.stretches.map((stretch, index) => stretch && beginAt(stretch, after, lists[index]?.key));
  const isAsked = boundaries.map((boundary) => boundary === 'END' || boundary.position.last !== null);
  const order = mergeNewer(stretches.map(orNothing), size);
  throwWhenAllFailed(read, lists, isAsked, order.length);

  const taken = countBy(order, lists.length);
  const parts = stretches.map((stretch, index): Part => {
    const skipped = (stretch?.sessions.length ?? 0) - (taken[index] ?? 0);
    return { key: lists[index]?.key ?? '', stretch, position: positionAt(boundaries[index] ?? 'END'), skipped };
  });
  const goesOn = async (list: ListedSource, stretch: Stretch) => {
    if (stretch.sessions.length === 0) return true;
    const position = { last: anchorAt(stretch, 0), next: undefined };
    return (await list.source.readNewer({ position, inclusive: false }, 1)).sessions.length > 0;
  };
  const used = stretches.map((stretch, index) => (parts[index]?.skipped === 0 ? stretch : null));
  return {
    page: new Page(parts, order, filter),
    hasPreviousPage:
      parts.some(({ skipped }) => skipped > 0) || read.failures.size > 0 || (await anyGoesOn(lists, used, goesOn)),
    hasNextPage: before !== null,
    isCut: order.length < size && used.some((stretch) => stretch && !stretch.complete),
    failures: read.failures,
  };
}

type Reads = { stretches: (Stretch | null)[]; failures: Map<string, GatewayError> };

/** Reads every list; one that fails costs only its own sessions. A bug is no failing list, and must not hide as one. */
async function readAll(
  lists: readonly ListedSource[],
  read: (list: ListedSource, index: number) => Promise<Stretch>,
): Promise<Reads> {
  const failures = new Map<string, GatewayError>();
  const results = await Promise.allSettled(lists.map(read));
  const stretches = results.map((result, index) => {
    if (result.status === 'fulfilled') return result.value;
    if (!(result.reason instanceof GatewayError) || result.reason.code === 'BAD_USER_INPUT') throw result.reason;
    failures.set(lists[index]?.key ?? '', result.reason);
    return null;
  });
  return { stretches, failures };
}

/** When nothing that was asked could answer, an empty page would pass for an empty list. */
function throwWhenAllFailed(
  { failures }: Reads,
  lists: readonly ListedSource[],
  isAsked: readonly boolean[],
  found: number,
): void {
  const [failure] = failures.values();
  const asked = lists.filter((_, index) => isAsked[index]);
  if (failure && found === 0 && asked.every(({ key }) => failures.has(key))) throw failure;
}

/** Whether a list that was used up has more where it was not read to its end. When it cannot be told, it is assumed. */
async function anyGoesOn(
  lists: readonly ListedSource[],
  stretches: readonly (Stretch | null)[],
  goesOn: (list: ListedSource, stretch: Stretch) => Promise<boolean>,
): Promise<boolean> {
  const answers = lists.map((list, index) => {
    const stretch = stretches[index];
    return stretch && !stretch.complete ? goesOn(list, stretch).catch(() => true) : false;
  });
  return (await Promise.all(answers)).includes(true);
}

const orNothing = (stretch: Stretch | null) => stretch ?? { sessions: [], complete: true };

function countBy(order: readonly number[], lists: number): number[] {
  const counts = Array.from({ length: lists }, () => 0);
  for (const list of order) counts[list] = (counts[list] ?? 0) + 1;
  return counts;
}

/** Leaves out of a stretch what stands at or behind the edge of a cursor. */
function endAt(stretch: Stretch, bound: ListState | null, key: string | undefined): Stretch {
  if (!bound || key === undefined) return stretch;
  const { last } = bound.positions.get(key) ?? START;
  if (last === undefined) return stretch;
  const index = last === null ? -1 : stretch.sessions.findIndex(({ providerId }) => providerId === last.id);
  if (last !== null && index < 0) return stretch;
  const end = key === bound.edge ? index : index + 1;
  return {
    ...stretch,
    sessions: stretch.sessions.slice(0, end),
    next: stretch.sessions[end]?.providerId ?? stretch.next,
    complete: true,
  };
}

/** Leaves out of a stretch what stands before or at the edge of a cursor. */
function beginAt(stretch: Stretch, bound: ListState | null, key: string | undefined): Stretch {
  const position = bound && key !== undefined ? bound.positions.get(key) : undefined;
  const last = position?.last;
  if (!position || !last) return stretch;
  const index = stretch.sessions.findIndex(({ providerId }) => providerId === last.id);
  if (index < 0) return stretch;
  const { keys } = stretch;
  return {
    ...stretch,
    sessions: stretch.sessions.slice(index + 1),
    ...(keys && { keys: keys.slice(index + 1) }),
    before: position,
    complete: true,
  };
}

/** Where a list stands that could not be read up to a boundary. */
function positionAt(boundary: Boundary): Position {
  if (boundary === 'END') return { last: undefined, next: null };
  const { position, inclusive } = boundary;
  const { last } = position;
  return inclusive || !last ? position : { last: undefined, next: last.id ?? undefined, nextAnchor: last };
}
