import { GatewayError } from '../checkout/errors.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import type { Stretch } from './source.ts';

/** A stretch, or why its list could not be read. */
export type Read = Stretch | GatewayError;

type Settling = {
  /** The lists that the sessions of the page come from, by what is known of them now. */
  merge(reads: readonly Read[]): number[];
  /** Which sessions of a stretch are on the page when so many of them are; further ones follow them. */
  chosen(stretch: Stretch, count: number, ahead: number): readonly CheckoutSession[];
  /** A stretch with what comes behind it. */
  extend(list: number, stretch: Stretch): Promise<Stretch>;
  /** How many sessions the page is to have. */
  limit: number;
};

/** From so many sessions loaded on, no further entries are looked for: the page is cut short. */
const MAX_LOADS = 200;
/** Once some turn out not to belong, this many are loaded at a time beyond those that are due. */
const AHEAD = 16;

/**
 * Loads the sessions of a page that so far are entries of an index, and only those: what is gone or does not match any
 * more leaves the page, and others come up.
 */
export async function settle(
  initial: readonly Read[],
  { merge, chosen, extend, limit }: Settling,
): Promise<{ reads: Read[]; order: number[] }> {
  const reads = [...initial];
  const loaded = new Set<CheckoutSession>();
  let loads = 0;
  let hasMissed = false;
  for (;;) {
    const order = merge(reads);
    const due = reads.map((read, list) => {
      if (read instanceof GatewayError || !read.load) return [];
      const count = order.filter((one) => one === list).length;
      return chosen(read, count, hasMissed ? AHEAD : 0).filter((session) => !loaded.has(session));
    });
    const isShort = order.length < limit;
    if (due.every(({ length }) => length === 0)) {
      const dry = isShort && loads < MAX_LOADS ? findDry(reads, order) : -1;
      if (dry < 0) return { reads, order };
      reads[dry] = await extend(dry, reads[dry] as Stretch).catch(failureOf);
    } else {
      loads += due.flat().length;
      const before = loaded.size;
      await Promise.all(
        due.map(async (sessions, list) => {
          if (sessions.length > 0) reads[list] = await load(reads[list] as Stretch, sessions, loaded).catch(failureOf);
        }),
      );
      hasMissed ||= loaded.size - before < due.flat().length;
    }
  }
}

/** The list of an index that holds the page up because it is used up and goes on. */
const findDry = (reads: readonly Read[], order: readonly number[]): number =>
  reads.findIndex((read, list) => {
    if (read instanceof GatewayError || !read.load || read.complete) return false;
    return read.sessions.length === order.filter((one) => one === list).length;
  });

async function load(
  stretch: Stretch,
  sessions: readonly CheckoutSession[],
  loaded: Set<CheckoutSession>,
): Promise<Stretch> {
  const found = await Promise.all(sessions.map((session) => loadOne(stretch, session)));
  const by = new Map(sessions.map((session, index) => [session, found[index] ?? null]));
  for (const session of found) if (session) loaded.add(session);
  const settled = stretch.sessions.map((session) => (by.has(session) ? by.get(session) : session));
  return { ...stretch, sessions: settled.filter((session) => session != null) };
}

/**
 * Null for one that does not belong in the list, and for one that its provider cannot show while it shows others: it
 * must not hold up the rest for good.
 */
async function loadOne({ load }: Stretch, session: CheckoutSession): Promise<CheckoutSession | null> {
  try {
    return (await load?.(session)) ?? null;
  } catch (error) {
    const isItsOwn = error instanceof GatewayError && !error.retryable && OF_ONE_SESSION.has(error.code);
    if (isItsOwn) return null;
    throw error;
  }
}

const OF_ONE_SESSION: ReadonlySet<string> = new Set(['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_ERROR']);

function failureOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}
