import { endOfString, type JsonPath, skipSpace, sliceJson } from './json-slice.ts';
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
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'number') return new ExactNumber(context?.source ?? String(value));
    if (!isObject(value) || value instanceof ExactNumber || value instanceof ExactObject) return value;
    return new ExactObject(Object.entries(value).map(([key, entry]) => [key.slice(1), entry] as const));
  };
  return JSON.parse(markKeys(slice), revive);
}

/** Every key gets a mark in front, which makes those of digits ordinary ones that stay in their place. */
function markKeys(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('"'); at >= 0; ) {
    const end = endOfString(text, at);
    if (text[skipSpace(text, end)] === ':') {
      parts.push(text.slice(from, at + 1));
      from = at + 1;
    }
    at = text.indexOf('"', end);
  }
  return [...parts, text.slice(from)].join('~');
}

function toText(value: unknown): string {
  if (value instanceof ExactNumber) return value.source;
  if (value instanceof ExactObject) {
    return `{${value.entries.map(([key, entry]) => `${JSON.stringify(key)}:${toText(entry)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`;
  return JSON.stringify(value);
}
