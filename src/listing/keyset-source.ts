import type { CheckoutSession } from '../checkout/session.ts';
import type { Source } from './source.ts';

/** The most that a page may ask for. */
export const MAX_PAGE = 100;

type ReadPage = (request: { limit: number; startingAfter?: string }) => Promise<CheckoutSession[]>;

/** A list that is paged by the id of the last session seen. */
export const createKeysetSource = (readPage: ReadPage): Source => ({
  async read(after, want) {
    const limit = Math.min(want, MAX_PAGE);
    const sessions = await readPage({ limit, ...(after && { startingAfter: after.id }) });
    return { sessions, complete: sessions.length < limit };
  },
});
