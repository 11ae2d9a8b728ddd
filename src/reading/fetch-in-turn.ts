import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache, Entry, Turn } from '../cache/cache.ts';
import type { CallContext } from '../checkout/provider.ts';
import type { CachedRead, Reader } from './read-through.ts';

/** An answer that somebody waited for. Times are epoch milliseconds. */
export type Landed = {
  value: unknown;
  /** When the provider was asked for it. */
  askedAt: number;
  freshUntil: number;
  /** Whether it was there already, or another replica has fetched it. */
  isKept: boolean;
  /** Whether it is the state of things, as far as is known, and not one that lies behind what was told already. */
  isCurrent: boolean;
};

export type TurnOptions = {
  cache: Cache;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** What is kept and may be shown. */
  lookUp: <T>(question: CachedRead<T>) => Promise<{ entry: Entry | null }>;
};

/** Milliseconds between two looks at whether another replica has fetched what is wanted here. */
const LOOK_MS = 25;

type Fetching = Pick<Reader, 'onCall'> & { call: CallContext };

/** Fetches when it is this replica's turn; else waits for what another one fetches, and takes over when it does not. */
export async function fetchInTurn<T>(
  question: CachedRead<T>,
  first: Turn,
  fetching: Fetching,
  options: TurnOptions,
): Promise<Landed> {
  const { cache, now, lookUp } = options;
  for (let turn = first; ; turn = await cache.begin(question.place)) {
    // Somebody may have landed between the look that found nothing and the turn.
    const { entry } = await lookUp(question);
    if (entry && now() < entry.freshUntil) {
      if (turn.isMine) await cache.release(question.place, turn);
      const { value, fetchedAt, freshUntil } = entry;
      return { value, askedAt: fetchedAt, freshUntil, isKept: true, isCurrent: true };
    }
    if (turn.isMine || now() >= fetching.call.deadline) return fetchNow(question, turn, fetching, options);
    await sleep(LOOK_MS);
  }
}

async function fetchNow<T>(
  question: CachedRead<T>,
  turn: Turn,
  { call, onCall }: Fetching,
  { cache, now, random }: TurnOptions,
): Promise<Landed> {
  const { provider, place, fetch, keep, fetched } = question;
  const ask = () => {
    onCall(provider);
    return fetch(call);
  };
  const isOld = (value: T, askedAt: number) =>
    question.isBehind(value, turn.shown) || question.isOutdated(value, askedAt);
  try {
    let askedAt = now();
    let value = await ask();
    if (isOld(value, askedAt)) {
      askedAt = now();
      value = await ask();
    }
    // Old even so: it is what the provider says, but the next one asks again.
    const isCurrent = !isOld(value, askedAt);
    const entry = isCurrent ? keep(value, { fetchedAt: askedAt, random: random() }) : null;
    if (isCurrent) fetched(value, askedAt);
    if (entry && entry.errorUntil > now()) await cache.store(place, turn, entry);
    else await cache.release(place, turn);
    return { value, askedAt, freshUntil: entry?.freshUntil ?? 0, isKept: false, isCurrent };
  } catch (error) {
    await cache.release(place, turn);
    throw error;
  }
}
