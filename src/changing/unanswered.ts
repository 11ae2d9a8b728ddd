import type { Change, NewSession, Unanswered } from '../checkout/change.ts';
import { LedgerError } from '../ledger/ledger.ts';
import type { Operation, Operations } from '../ledger/operations.ts';

/** Unfinished creates that a session is held against; with more of them nothing can be told. */
const MOST_RIVALS = 100;

/** What the ledger knows that helps to find out about an operation. */
export const unansweredOf = (operations: Operations, { id, provider, startedAt }: Operation): Unanswered => ({
  sentAt: startedAt,
  async isTaken(providerId) {
    const owner = await operations.claimedBy(provider, providerId);
    return owner !== null && owner !== id;
  },
  async rivals() {
    const unfinished = await operations.unfinished(provider, 'CREATE', MOST_RIVALS).catch(unlessLedgers);
    const others = unfinished?.filter((other) => other.id !== id);
    return others?.flatMap(({ change }): NewSession[] => createIn(change)) ?? null;
  },
});

function createIn(change: string): NewSession[] {
  const parsed = JSON.parse(change) as Change;
  return parsed.kind === 'CREATE' ? [parsed.session] : [];
}

function unlessLedgers(error: unknown): null {
  if (error instanceof LedgerError) return null;
  throw error;
}
