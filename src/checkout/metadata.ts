import { type JsonPath, sliceJson } from './json-slice.ts';
import type { MetadataEntry } from './session.ts';

/** The same value, read in a way that keeps what `JSON.parse` loses; see `exactJson`. */
export type Exact = () => unknown;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A provider's metadata as entries: keys and values exactly as sent, in the order sent; a value that is no string
 * becomes its JSON text.
 * @param value what JSON.parse made of it; anything but an object is no metadata
 * @param exact asked only when JSON.parse may have lost something: JavaScript moves integer-like keys to the front, and
 *   rounds numbers
 */
export function metadataEntries(value: unknown, exact: Exact): MetadataEntry[] {
  if (!isObject(value)) return [];
  const entries = Object.entries(value);
  const faithful = entries.every(([key, entry]) => isFaithful(entry) && !startsWithDigit(key));
  if (faithful)
    return entries.map(([key, entry]) => ({ key, value: typeof entry === 'string' ? entry : String(entry) }));
  const source = exact();
  if (!(source instanceof ExactObject)) return [];
  return source.entries.map(([key, entry]) => ({ key, value: typeof entry === 'string' ? entry : toText(entry) }));
}

/** Of a text, a yes or no, and a null there is only one way to write it. */
const isFaithful = (entry: unknown): boolean =>
  typeof entry === 'string' || typeof entry === 'boolean' || entry === null;

const startsWithDigit = (key: string): boolean => key.charCodeAt(0) >= 48 && key.charCodeAt(0) <= 57;

/** An object with its keys in the order of the text. */
class ExactObject {
  readonly entries: ReadonlyArray<readonly [string, unknown]>;
  constructor(entries: ReadonlyArray<readonly [string, unknown]>) {
    this.entries = entries;
  }
}

/** A number as it was written. */
class ExactNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/**
 * Parses the value at a path of a JSON text so that keys keep their order and numbers their digits.
 * @param text JSON that has been parsed before
 * @returns undefined when there is nothing at the path
 */
export function exactJson(text: string, path: JsonPath): unknown {
  const slice = sliceJson(text, path);
  if (slice === undefined) return undefined;
  const marker = unusedMarker(slice);
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'number') return new ExactNumber(context?.source ?? String(value));
    if (!isObject(value) || value instanceof ExactNumber || value instanceof ExactObject) return value;
    return new ExactObject(Object.entries(value).map(([key, entry]) => [key.replace(marker, ''), entry] as const));
  };
  return JSON.parse(markKeys(slice, marker), revive);
}

/** Every key gets the marker in front, which makes those of digits ordinary ones that stay in their place. */
const markKeys = (text: string, marker: string): string =>
  text.replace(/"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g, (whole, content: string, colon: string | undefined) =>
    colon === undefined ? whole : `"${marker}${content}"${colon}`,
  );

function unusedMarker(text: string): string {
  let longest = 0;
  for (const [run] of text.matchAll(/\ue000+/g)) longest = Math.max(longest, run.length);
  return '\ue000'.repeat(longest + 1);
}

function toText(value: unknown): string {
  if (value instanceof ExactNumber) return value.source;
  if (value instanceof ExactObject) {
    return `{${value.entries.map(([key, entry]) => `${JSON.stringify(key)}:${toText(entry)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`;
  return JSON.stringify(value);
}
