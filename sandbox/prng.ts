export type Random = () => number;

/** FNV-1a: turns a name into 32 bits, so that a stream of random numbers can be asked for by name. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The stream of numbers in [0, 1) that belongs to a seed, a name and an index (sfc32).
 * 96 bits of state tell streams apart: with 32, two of 100,000 sessions would get the same id.
 */
export function randomOf(seed: number, stream: string, index = 0): Random {
  let a = seed | 0;
  let b = hashText(stream) | 0;
  let c = index | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('pick needs at least one item');
  return item;
}

/** A whole number from low to high, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** The same items in an order of chance. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** Picks a key of the table with the probability that its weight has among all weights. */
export function weighted<T extends string>(random: Random, table: Readonly<Record<T, number>>): T {
  let rest = 0;
  for (const key in table) rest += table[key];
  rest *= random();
  let last: T | undefined;
  for (const key in table) {
    last = key;
    rest -= table[key];
    if (rest < 0) break;
  }
  if (last === undefined) throw new RangeError('weighted needs at least one entry');
  return last;
}
