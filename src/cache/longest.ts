import type { Entry } from './cache.ts';

/** Of two entries the one that is good for longer; the first when they are alike. */
export function longer(a: Entry | null, b: Entry): Entry {
  if (a === null) return b;
  const gained = b.freshUntil - a.freshUntil || b.revalidateUntil - a.revalidateUntil || b.errorUntil - a.errorUntil;
  return gained > 0 ? b : a;
}
