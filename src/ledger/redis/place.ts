import type { TimeSpan } from '../../checkout/filter.ts';
import { type Instant, instantFromEpoch } from '../../checkout/time.ts';
import type { IndexPageRequest, IndexPlace } from '../session-index.ts';

export const TIME_LENGTH = 15;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const NO_TIME = '0'.repeat(TIME_LENGTH);

/** Epoch milliseconds as a text of one length, so that bytes sort as times do. All zeros is left for no time at all. */
export const momentText = (milliseconds: number): string =>
  String(Math.floor(milliseconds) - EARLIEST + 1).padStart(TIME_LENGTH, '0');

export const timeText = (createdAt: Instant | null): string =>
  createdAt === null ? NO_TIME : momentText(Date.parse(createdAt));

export const readTime = (text: string): Instant | null =>
  text === NO_TIME ? null : instantFromEpoch(Number(text) + EARLIEST - 1);

/** Where a session stands: the bytes of two places sort as the index does, oldest first. */
export const placeText = ({ createdAt, providerId }: IndexPlace): string => `${timeText(createdAt)}${providerId}`;

/** The ends of what is read, as ZRANGEBYLEX takes them: `[` in front of a place includes it, `(` leaves it out. */
export type Bounds = { low: string; high: string };

/** After every time there is. */
const AFTER_ALL = '(~';

/** The places of the sessions created in a span. */
export function boundsOfSpan({ from, to }: TimeSpan): Bounds {
  if (from === null && to === null) return { low: `[${NO_TIME}`, high: AFTER_ALL };
  const first = Math.max(EARLIEST, Math.ceil(from ?? EARLIEST));
  const end = Math.max(EARLIEST, Math.floor(to ?? LATEST) + 1);
  return {
    low: first > LATEST ? AFTER_ALL : `[${momentText(first)}`,
    high: end > LATEST ? AFTER_ALL : `(${momentText(end)}`,
  };
}

/** Where a page can lie: in the span that its filter asks for, on the right side of the place that it begins at. */
export function boundsOfPage({ filter, direction, from, inclusive = false }: IndexPageRequest): Bounds {
  const bounds = boundsOfSpan(filter.createdAt);
  if (from === null) return bounds;
  const end = `${inclusive ? '[' : '('}${placeText(from)}`;
  if (direction === 'older') return { ...bounds, high: isBefore(end, bounds.high) ? end : bounds.high };
  return { ...bounds, low: isBefore(bounds.low, end) ? end : bounds.low };
}

/** What is left beyond a place that lies within. */
export const boundsBeyond = (bounds: Bounds, direction: IndexPageRequest['direction'], place: string): Bounds =>
  direction === 'older' ? { ...bounds, high: `(${place}` } : { ...bounds, low: `(${place}` };

/** Of two ends one is always a span's, without an id, so how ids compare does not matter here. */
const isBefore = (a: string, b: string): boolean => a.slice(1) < b.slice(1);
