/**
 * A moment as RFC 3339 in UTC with milliseconds, `2026-11-01T12:00:00.000Z`: always 24 characters, so two of them
 * compare as strings. Kept as text because sessions are cached and answered far more often than they are computed with.
 */
export type Instant = string;

/** `2026-11-30`. */
export type CalendarDate = string;

// Below it a number is Unix seconds (until the year 5138), from it on milliseconds (since March 1973).
const FIRST_MILLISECONDS = 1e11;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
const UNIX = /^-?\d+(\.\d+)?$/;

/** Epoch milliseconds as an instant; null outside the years 1 to 9999. */
export function instantFromEpoch(milliseconds: number): Instant | null {
  if (!(milliseconds >= EARLIEST && milliseconds <= LATEST)) return null;
  return new Date(milliseconds).toISOString();
}

/**
 * Reads a moment in any form the providers use: Unix seconds, Unix milliseconds (as number or digits), or ISO 8601 with
 * any fraction and offset. A fraction is cut to milliseconds, not rounded, so that no moment moves into the future.
 * A time without an offset is UTC. Null when it is no moment at all.
 */
export function parseInstant(value: unknown): Instant | null {
  if (typeof value === 'number') return instantFromUnix(value);
  if (typeof value !== 'string') return null;
  return canonical(value) ?? parseText(value);
}

// What nearly every server sends.
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** The quick way for the usual form; undefined for another, and for a day or hour that does not exist. */
function canonical(value: string): Instant | undefined {
  if (!CANONICAL.test(value)) return undefined;
  const instant = instantFromEpoch(Date.parse(value));
  return instant?.startsWith(value.slice(0, 19)) ? instant : undefined;
}

function parseText(value: string): Instant | null {
  if (UNIX.test(value)) return instantFromUnix(Number(value));
  const parts = ISO.exec(value);
  if (!parts) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset] = parts;
  if (!isCalendarDate(`${year}-${month}-${day}`)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const offsetMinutes = parseOffset(offset);
  if (offsetMinutes === null) return null;
  const millisecond = fraction.slice(0, 3).padEnd(3, '0');
  // A leap second (60) has no number of its own in Unix time: it counts as the first of the next minute.
  const leap = second === '60';
  const local = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${leap ? '59' : second}.${leap ? '000' : millisecond}Z`,
  );
  return instantFromEpoch(local + (leap ? 1000 : 0) - offsetMinutes * 60_000);
}

/** Reads a calendar date; null when there is no such day. */
export function parseCalendarDate(value: unknown): CalendarDate | null {
  return typeof value === 'string' && isCalendarDate(value) ? value : null;
}

function instantFromUnix(value: number): Instant | null {
  if (!Number.isFinite(value)) return null;
  return instantFromEpoch(Math.floor(Math.abs(value) < FIRST_MILLISECONDS ? value * 1000 : value));
}

/** Minutes east of UTC; null for an offset that no clock has. */
function parseOffset(offset: string | undefined): number | null {
  if (offset === undefined || offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return null;
  return (offset[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00.000Z`);
  // Date.parse lets 30 February through on some engines; writing it back does not.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The present moment by the given clock (epoch milliseconds). */
export const instantNow = (now: () => number): Instant => new Date(now()).toISOString();
