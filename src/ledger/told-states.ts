import type { SessionKey } from '../checkout/global-id.ts';

/** What was last told of a session, and the number of that writing, which is another with each. */
export type Told = { text: string; revision: number };

/**
 * The last state of sessions that subscribers were told of, shared by all replicas: a text for each, kept for 7 days
 * from its latest writing. Every method rejects with a LedgerError when the store fails; a store over the network may have
 * written a text then, and could not say so in time. Like all of the ledger, states belong to the accounts that it was
 * opened for; a provider without one is refused.
 */
export type ToldStates = {
  /** Null when nothing was told. */
  read(key: SessionKey): Promise<Told | null>;
  /**
   * Writes a text if the revision is still that one (null: if there is none). False, and nothing written, when another
   * was faster, or 7 days went by.
   * @param text JSON, at most 1,000 characters, with nothing personal: it is stored as it is
   */
  replace(key: SessionKey, text: string, revision: number | null): Promise<boolean>;
};

/** Milliseconds for which a state is remembered. */
export const TOLD_MS = 7 * 24 * 3_600_000;
