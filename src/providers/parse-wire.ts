import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** Told of each value that could not be what its property says, by its path: `captures[].amount`. */
export type ReportOddValue = (path: string) => void;

// Each round can give up one level of the path that is wrong, and no provider nests deeper.
const MAX_ROUNDS = 12;

// More than would be wrong if every property of a session were. Finding one costs much more than a right value does.
const MAX_WRONG = 100;
// Three in each session of the longest list that fits into an answer.
const MAX_WRONG_IN_LIST = 50_000;

/**
 * Parses a provider's object, giving up as little as possible: an optional value of the wrong kind is left out and
 * reported, and only a missing required one (the id), or more than 100 wrong ones, make the whole unusable.
 * @returns null when it is unusable, or no object
 */
export function parseWire<T>(schema: z.ZodType<T>, raw: unknown, report: ReportOddValue): T | null {
  return parse(schema, raw, report)?.wire ?? null;
}

/**
 * The same for each object of a list.
 * @returns null when one of them is unusable, or they have more than 50,000 wrong values between them
 */
export function parseWireList<T>(schema: z.ZodType<T>, raws: readonly unknown[], report: ReportOddValue): T[] | null {
  const wires: T[] = [];
  let wrong = 0;
  for (const raw of raws) {
    const parsed = parse(schema, raw, report);
    if (!parsed) return null;
    wrong += parsed.wrong;
    if (wrong > MAX_WRONG_IN_LIST) return null;
    wires.push(parsed.wire);
  }
  return wires;
}

type Parsed<T> = { wire: T /** How many values were left out. */; wrong: number };

function parse<T>(schema: z.ZodType<T>, raw: unknown, report: ReportOddValue): Parsed<T> | null {
  let value = raw;
  let wrong = 0;
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    const { data, error } = schema.safeParse(value);
    if (!error) return { wire: data, wrong };
    if (error.issues.length > MAX_WRONG) return null;
    // The later rounds find what is wrong now that something is missing in it.
    if (round === 0) wrong = error.issues.length;
    const paths = error.issues.flatMap(pathsOf);
    const cuts: Cuts = new Map();
    for (const path of paths) {
      const there = existing(value, path);
      if (there.length === 0) return null;
      addCut(cuts, there);
    }
    if (round === 0) for (const path of paths) report(describe(path));
    value = without(value, cuts);
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

/** The path or, when nothing is there, that of what should hold it. */
function existing(root: unknown, path: Path): Path {
  let value = root;
  for (const [index, key] of path.entries()) {
    value = child(value, key);
    if (value === undefined) return path.slice(0, index);
  }
  return path;
}

/** What to leave out of an object or a list: a value, or what is to be left out of that. */
type Cuts = Map<PropertyKey, Cuts | 'all'>;

function addCut(cuts: Cuts, [key, ...rest]: Path): void {
  if (key === undefined) return;
  const inside = cuts.get(key);
  if (rest.length === 0) cuts.set(key, 'all');
  else if (inside instanceof Map) addCut(inside, rest);
  else if (inside === undefined) {
    const cut: Cuts = new Map();
    cuts.set(key, cut);
    addCut(cut, rest);
  }
}

/** A copy of no more than what leads to the cuts: the rest may be large. */
function without(value: unknown, cuts: Cuts): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((element, index) => {
      const cut = cuts.get(index);
      return cut === 'all' ? [] : [cut ? without(element, cut) : element];
    });
  }
  const copy = { ...(value as Record<PropertyKey, unknown>) };
  for (const [key, cut] of cuts) {
    if (cut === 'all') delete copy[key];
    else copy[key] = without(copy[key], cut);
  }
  return copy;
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

const describe = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? '[]' : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
