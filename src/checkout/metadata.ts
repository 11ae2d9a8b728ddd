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
  const faithful = entries.every(([key, entry]) => typeof entry === 'string' && !startsWithDigit(key));
  if (faithful) return entries.map(([key, entry]) => ({ key, value: entry as string }));
  const source = exact();
  if (!(source instanceof ExactObject)) return [];
  return source.entries.map(([key, entry]) => ({ key, value: typeof entry === 'string' ? entry : toText(entry) }));
}

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
 * Parses JSON text so that keys keep their order and numbers their digits. Costs two passes: for the rare answer that
 * needs it.
 * @returns a function that finds the value at a path of keys and indexes; undefined where there is none
 * @throws SyntaxError when the text is no JSON
 */
export function exactJson(text: string): (path: readonly (string | number)[]) => unknown {
  const marker = unusedMarker(text);
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'number') return new ExactNumber(context?.source ?? String(value));
    if (!isObject(value) || value instanceof ExactNumber || value instanceof ExactObject) return value;
    return new ExactObject(Object.entries(value).map(([key, entry]) => [key.replace(marker, ''), entry] as const));
  };
  const root: unknown = JSON.parse(markKeys(text, marker), revive);
  return (path) => path.reduce(descend, root);
}

/** Every key gets the marker in front, which makes those of digits ordinary ones that stay in their place. */
const markKeys = (text: string, marker: string): string =>
  text.replace(/"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g, (whole, content: string, colon: string | undefined) =>
    colon === undefined ? whole : `"${marker}${content}"${colon}`,
  );

function unusedMarker(text: string): string {
  let marker = '\ue000';
  while (text.includes(marker)) marker += '\ue000';
  return marker;
}

function descend(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[key as number];
  if (value instanceof ExactObject) return value.entries.findLast(([name]) => name === key)?.[1];
  return undefined;
}

function toText(value: unknown): string {
  if (value instanceof ExactNumber) return value.source;
  if (value instanceof ExactObject) {
    return `{${value.entries.map(([key, entry]) => `${JSON.stringify(key)}:${toText(entry)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`;
  return JSON.stringify(value);
}
