import type { Entry, Epoch, Look } from './cache.ts';

/** Milliseconds for which a value counts when Redis cannot be asked whether another replica has changed something. */
export const DEGRADED_MS = 3000;

/** What the tiered store keeps in memory in place of a value. */
export class Held {
  readonly value: unknown;
  /** Redis' epoch that it was fetched under; null when it was away. */
  readonly remote: Epoch | null;
  /** When it was fetched, or Redis last confirmed it; epoch milliseconds. */
  knownAt: number;

  constructor(value: unknown, remote: Epoch | null, knownAt: number) {
    this.value = value;
    this.remote = remote;
    this.knownAt = knownAt;
  }
}

/** Whether Redis may be asked to confirm it. */
export const isTrusted = ({ value, fetchedAt }: Entry, since: number): boolean =>
  value instanceof Held && value.remote !== null && fetchedAt > since;

/**
 * What memory holds, as far as it counts without Redis: for three seconds, and after that only for who cannot have it
 * from the provider either.
 */
export function alone({ epoch, entry }: Look): Look {
  const look = { epoch: epoch === null ? null : `${epoch}/`, entry: null };
  if (!entry || !(entry.value instanceof Held)) return look;
  const { value, knownAt } = entry.value;
  const until = knownAt + DEGRADED_MS;
  const freshUntil = Math.min(entry.freshUntil, until);
  return { ...look, entry: { ...entry, value, freshUntil, revalidateUntil: Math.min(entry.revalidateUntil, until) } };
}

/** For who cannot have it from the provider, and for nobody else. */
export const inNeed = (entry: Entry): Entry => ({
  ...entry,
  freshUntil: entry.fetchedAt,
  revalidateUntil: entry.fetchedAt,
});
