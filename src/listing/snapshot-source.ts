import type { CheckoutSession } from '../checkout/session.ts';
import { type Position, positionOf, type Source } from './source.ts';

/** A list that comes whole, newest first. */
export const createSnapshotSource = (readAll: () => Promise<CheckoutSession[]>): Source => ({
  async read(after) {
    const sessions = await readAll();
    return { sessions: sessions.slice(startOf(sessions, after)), complete: true };
  },
});

/** The index behind the position. When its session is gone, that of the first older one. */
function startOf(sessions: readonly CheckoutSession[], after: Position | null): number {
  if (!after) return 0;
  const index = sessions.findIndex((session) => session.providerId === after.id);
  if (index >= 0) return index + 1;
  const older = sessions.findIndex((session) => (positionOf(session).createdAt ?? 0) < (after.createdAt ?? 0));
  return older < 0 ? sessions.length : older;
}
