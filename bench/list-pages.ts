import { ANYONE } from '../src/checkout/caller.ts';
import { decodeCursor, encodeCursor } from '../src/listing/cursor.ts';
import type { Anchor, Position } from '../src/listing/position.ts';
import { hashId } from '../src/listing/position.ts';
import { type FilterInput, readFilter } from '../src/listing/read-filter.ts';
import { id, indexOf, SPACING } from './flex-list-body.ts';

/** A page to measure. */
export type PageKind = {
  name: string;
  /** @default QUERY */
  query?: string;
  variables: Record<string, unknown> & { filter?: FilterInput };
  /** Begins or ends in the middle of the lists. */
  deep?: 'after' | 'before';
  /** Whether Flex's end has to be looked for, which takes calls by the logarithm of the sessions. */
  looksForEnd?: boolean;
  /** Sessions that it has, at any size. */
  nodes: number;
};

const FIELDS = `id provider providerId status mode createdAt expiresAt currency checkoutUrl subscriptionId paymentId
  clientReferenceId isExpired customer { id } amounts { total { decimal currency } }`;

const ARGUMENTS = `$first: Int, $after: String, $last: Int, $before: String, $filter: CheckoutSessionFilter`;
const pageQuery = (selection: string): string => `query (${ARGUMENTS}) {
  checkoutSessions(first: $first, after: $after, last: $last, before: $before, filter: $filter) { ${selection} }
}`;

const REST = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } sources { provider state }';

/** 15 fields of each session, and the cursors of the page. */
export const QUERY = pageQuery(`nodes { ${FIELDS} } ${REST}`);
/** The same with every session's own cursor. */
export const QUERY_WITH_CURSORS = pageQuery(`edges { cursor node { ${FIELDS} } } ${REST}`);
const QUERY_COUNT = pageQuery(`nodes { ${FIELDS} } totalCount ${REST}`);

export const FIRST: PageKind = { name: 'first page', variables: { first: 50 }, nodes: 50 };

export const PAGES: readonly PageKind[] = [
  FIRST,
  { name: 'page in the middle', variables: { first: 50 }, deep: 'after', nodes: 50 },
  { name: 'page in the middle, backward', variables: { last: 50 }, deep: 'before', nodes: 50 },
  {
    name: 'Flexprice only, in the middle',
    variables: { first: 50, filter: { providers: ['FLEXPRICE'] } },
    deep: 'after',
    nodes: 50,
  },
  {
    name: 'Flex only, in the middle',
    variables: { first: 50, filter: { providers: ['FLEX'] } },
    deep: 'after',
    nodes: 50,
  },
  { name: 'page of 10 in a rare status', variables: { first: 10, filter: { statuses: ['EXPIRED'] } }, nodes: 10 },
  { name: 'last: 11, from the end', variables: { last: 11 }, looksForEnd: true, nodes: 11 },
  { name: 'totalCount, with a page of 1', query: QUERY_COUNT, variables: { first: 1 }, looksForEnd: true, nodes: 1 },
];

/** The cursor of a first page, moved on by so many sessions in each of its lists. */
export function deepCursor(cursor: string, filter: FilterInput | undefined, by: number): string {
  const state = decodeCursor(cursor, readFilter(filter, 0, ANYONE).fingerprint);
  const positions = [...state.positions].map(([key, position]) => [key, movedPosition(position, by)] as const);
  return encodeCursor({ ...state, positions: new Map(positions) });
}

const movedPosition = ({ last, next }: Position, by: number): Position => ({
  last: last && movedAnchor(last, by),
  next: next && movedId(next, by),
});

function movedAnchor({ id, time }: Anchor, by: number): Anchor {
  const moved = id && movedId(id, by);
  return { id: moved, time: time && time - by * SPACING * 1000, ties: moved ? [hashId(moved)] : [] };
}

const movedId = (text: string, by: number): string => id(text.slice(0, text.indexOf('_')), indexOf(text) + by);
