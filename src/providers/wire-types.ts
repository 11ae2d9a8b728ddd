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

/** Any JSON, handed on as it is: unless it is so deep that nothing could be done with it. */
export const json = z.unknown().refine(isShallow, 'expected at most 100 levels').optional();

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

/** Whether a value has at most 100 levels. Counted without recursion, which a deeper one would exhaust. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}
