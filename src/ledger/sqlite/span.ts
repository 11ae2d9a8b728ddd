import type { TimeSpan } from '../../checkout/filter.ts';
import { type Instant, instantFromEpoch } from '../../checkout/time.ts';
import type { IndexPageRequest, IndexPlace } from '../session-index.ts';

/** `created_at` of a session that does not tell its time: before any moment there is, so that it is listed last. */
const NO_TIME = -8.64e15;
const AFTER_ALL = 8.64e15;

export const toColumn = (createdAt: Instant | null): number => (createdAt === null ? NO_TIME : Date.parse(createdAt));

export const fromColumn = (createdAt: number): Instant | null =>
  createdAt === NO_TIME ? null : instantFromEpoch(createdAt);

/** A place as the table is sorted, oldest first. */
type Bound = { time: number; id: string };

/** Everything from the first bound up to, but not with, the second. */
export type Range = { low: Bound; high: Bound };

/** The sessions created in a span. */
export function rangeOfSpan({ from, to }: TimeSpan): Range {
  const isOpen = from === null && to === null;
  return {
    low: { time: isOpen ? NO_TIME : Math.max(NO_TIME + 1, Math.ceil(from ?? NO_TIME)), id: '' },
    high: { time: to === null ? AFTER_ALL : Math.floor(to) + 1, id: '' },
  };
}

/** Where a page can lie: in the span that its filter asks for, on the right side of the place that it begins at. */
export function rangeOfPage({ filter, direction, from, inclusive = false }: IndexPageRequest): Range {
  const range = rangeOfSpan(filter.createdAt);
  if (from === null) return range;
  if (direction === 'older') return { ...range, high: lesser(range.high, inclusive ? justAfter(from) : at(from)) };
  return { ...range, low: greater(range.low, inclusive ? at(from) : justAfter(from)) };
}

const at = ({ createdAt, providerId }: IndexPlace): Bound => ({ time: toColumn(createdAt), id: providerId });

/** No id lies between one and the same with a NUL behind it. */
const justAfter = (place: IndexPlace): Bound => at({ ...place, providerId: `${place.providerId}\0` });

const lesser = (a: Bound, b: Bound): Bound => (isBefore(a, b) ? a : b);
const greater = (a: Bound, b: Bound): Bound => (isBefore(a, b) ? b : a);

/** Of two bounds one is always a span's, without an id, so how ids compare does not matter here. */
const isBefore = (a: Bound, b: Bound): boolean => (a.time === b.time ? a.id < b.id : a.time < b.time);
