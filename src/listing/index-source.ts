import type { CheckoutSession } from '../checkout/session.ts';
import type { IndexedSession } from '../ledger/session-index.ts';
import type { Position, Source } from './source.ts';

type Load = (entry: IndexedSession) => Promise<CheckoutSession | null>;

/** A list that the gateway keeps itself; what it shows is loaded from the provider, and what is gone there left out. */
export const createIndexSource = (listIndexed: () => IndexedSession[], load: Load): Source => ({
  async read(after, want) {
    const entries = listIndexed();
    let next = startOf(entries, after);
    const sessions: CheckoutSession[] = [];
    while (sessions.length < want && next < entries.length) {
      const batch = entries.slice(next, next + want - sessions.length);
      next += batch.length;
      const loaded = await Promise.all(batch.map(load));
      sessions.push(...loaded.filter((session): session is CheckoutSession => session !== null && !session.isArchived));
    }
    return { sessions, complete: next >= entries.length };
  },
});

function startOf(entries: readonly IndexedSession[], after: Position | null): number {
  if (!after) return 0;
  const index = entries.findIndex((entry) => entry.providerId === after.id);
  if (index >= 0) return index + 1;
  const older = entries.findIndex((entry) => timeOf(entry) < (after.createdAt ?? 0));
  return older < 0 ? entries.length : older;
}

const timeOf = ({ createdAt }: IndexedSession): number => (createdAt === null ? 0 : Date.parse(createdAt));
