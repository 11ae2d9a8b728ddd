import { z } from 'zod';
import { isProviderId } from '../checkout/global-id.ts';
import { parseMinorUnits } from '../checkout/money.ts';
import { parseCalendarDate, parseInstant } from '../checkout/time.ts';
import { isWebUrl } from '../checkout/url.ts';

// The kinds of value that providers send. Every one may be missing or null, which comes out as null or undefined.

/** The session's own id: without one that can be asked for again there is no session. */
export const sessionId = z.string().refine(isProviderId, 'expected an id');

/** Any text, vocabulary words included: a new word must never be an error. */
export const text = z.string().nullish();

export const flag = z.boolean().nullish();

/** GraphQL's Int ends at 32 bits. */
export const integer = z.int32().nullish();

/** Any JSON, handed on as it is: unless it is so deep or so much that nothing could be done with it. */
export const json = z.unknown().refine(isModest, 'expected at most 100 levels and 1,000 values').optional();

/** More than any provider has of one session: captures, refunds, line items. */
export const MAX_PARTS = 1000;

/** A list that is as a whole no such list when it is longer: its elements are then not looked at. */
export const list = <Element extends z.ZodType>(element: Element, most = MAX_PARTS) =>
  z
    .custom<z.input<Element>[]>(
      (value) => Array.isArray(value) && value.length <= most,
      `expected up to ${most} elements`,
    )
    .pipe(z.array(element));

/** A moment in any form that `parseInstant` knows. */
export const instant = readAs('a moment', parseInstant);

export const calendarDate = readAs('a calendar date', parseCalendarDate);

/** An http(s) address, character for character. Go servers write an absent one as an empty text. */
export const webUrl = readAs('an http(s) URL', (value) =>
  typeof value === 'string' && isWebUrl(value) ? value : null,
);

/** Whole minor units. */
export const minorUnits = readAs('whole minor units', parseMinorUnits);

function readAs<T>(expected: string, read: (value: unknown) => T | null) {
  return z
    .unknown()
    .transform((value, context): T | null => {
      if (value === undefined || value === null || value === '') return null;
      const result = read(value);
      if (result === null) context.addIssue({ code: 'custom', message: `expected ${expected}` });
      return result;
    })
    .optional();
}

const MAX_LEVELS = 100;
// Metadata of providers ends at some tens of entries. Values are read up to three times, and a page has many sessions.
const MAX_VALUES = 1000;

/** Counted without recursion, which a deep value would exhaust, and no further than to the first value too many. */
function isModest(value: unknown): boolean {
  let level: object[] = isObject(value) ? [value] : [];
  let left = MAX_VALUES;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_LEVELS) return false;
    const next: object[] = [];
    for (const holder of level) {
      const values: unknown[] = Array.isArray(holder) ? holder : Object.values(holder);
      left -= values.length;
      if (left < 0) return false;
      for (const one of values) if (isObject(one)) next.push(one);
    }
    level = next;
  }
  return true;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
