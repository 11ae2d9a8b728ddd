import type { Change, UserError } from '../src/checkout/change.ts';
import { invalid } from './invalid-input.ts';

/**
 * Bytes of a change as JSON: what the ledger has to keep of one, and what the provider shows of it in every list. A page of
 * 101 such sessions stays within the 8 MiB of an answer, also with all that is not ASCII escaped.
 */
const MOST_BYTES = 24 * 1024;
const MOST_ENTRIES = 100;
const MOST_METADATA = 50;
const LONGEST = { key: 100, value: 500, url: 2048, text: 1000 };

/**
 * What of a change is too long or too much, before anything else is looked at.
 * @param json names of fields that are JSON in the provider's own form: of these only the whole counts
 * @param path where what the change holds stands in the input
 */
export function sizeProblems(change: Change, json: ReadonlySet<string>, path: string[]): UserError[] {
  const problems = problemsIn(change.kind === 'CREATE' ? change.session : change, json, path);
  if (problems.length > 0) return problems;
  const bytes = Buffer.byteLength(JSON.stringify(change));
  if (bytes <= MOST_BYTES) return [];
  return [invalid(`Expected at most ${MOST_BYTES / 1024} KiB as JSON, got ${bytes} bytes.`, ...path)];
}

function problemsIn(value: unknown, json: ReadonlySet<string>, path: string[]): UserError[] {
  if (typeof value === 'string') {
    const longest = longestAt(path);
    if (value.length <= longest) return [];
    return [invalid(`Expected at most ${longest} characters, got ${value.length}.`, ...path)];
  }
  if (typeof value !== 'object' || value === null) return [];
  const most = path.at(-1) === 'metadata' ? MOST_METADATA : MOST_ENTRIES;
  if (Array.isArray(value) && value.length > most) {
    return [invalid(`Expected at most ${most} entries, got ${value.length}.`, ...path)];
  }
  return Object.entries(value).flatMap(([name, each]) =>
    json.has(name) ? [] : problemsIn(each, json, [...path, name]),
  );
}

function longestAt(path: string[]): number {
  const name = path.at(-1) ?? '';
  if (path.at(-3) === 'metadata') return name === 'key' ? LONGEST.key : LONGEST.value;
  return name.endsWith('Url') ? LONGEST.url : LONGEST.text;
}
