import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** Told of each value that could not be what its property says, by its path: `captures[].amount`. */
export type ReportOddValue = (path: string) => void;

// Each round can give up one level of the path that is wrong, and no provider nests deeper.
const MAX_ROUNDS = 12;

/**
 * Parses a provider's object, giving up as little as possible: an optional value of the wrong kind is left out and
 * reported, and only a missing required one (the id) makes the whole unusable.
 * @returns null when even that is missing, or it is no object
 */
export function parseWire<T>(schema: z.ZodType<T>, raw: unknown, report: ReportOddValue): T | null {
  const first = schema.safeParse(raw);
  if (first.success) return first.data;
  const copy = cloneOf(raw);
  if (copy === undefined) return null;
  let issues = first.error.issues;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // From the last to the first, so that taking an element out moves none that is still to be looked at.
    for (const path of issues.flatMap(pathsOf).toReversed()) {
      if (!leaveOut(copy, path)) return null;
      if (round === 0) report(describe(path));
    }
    const next = schema.safeParse(copy);
    if (next.success) return next.data;
    issues = next.error.issues;
  }
  return null;
}

/**
 * Where the wrong values are. Of a value that may have several forms zod blames the whole; when one of the forms fits
 * but for what it holds, that is what is wrong: a customer with an odd phone number is still a customer.
 */
function pathsOf(issue: z.core.$ZodIssue): Path[] {
  const branches = issue.code === 'invalid_union' ? issue.errors : [];
  const nearest = branches.find((branch) => branch.every(({ path }) => path.length > 0));
  if (!nearest || nearest.length === 0) return [issue.path];
  return nearest.flatMap(pathsOf).map((path) => [...issue.path, ...path]);
}

/** Undefined for what is too deep to be copied: only somebody who means harm nests like that. */
function cloneOf(raw: unknown): unknown {
  try {
    return structuredClone(raw);
  } catch {
    return undefined;
  }
}

/** Removes what stands at the path or, when nothing is there any more, what holds it. False when that is everything. */
function leaveOut(root: unknown, path: Path): boolean {
  for (let length = path.length; length > 0; length--) {
    const holder = path.slice(0, length - 1).reduce(child, root);
    const key = path[length - 1] as PropertyKey;
    if (child(holder, key) === undefined) continue;
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete (holder as Record<PropertyKey, unknown>)[key];
    return true;
  }
  return false;
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

const describe = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? '[]' : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
