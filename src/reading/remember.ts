import { globalId, type SessionKey } from '../checkout/global-id.ts';
import type { Provider } from '../checkout/provider.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { SessionIndex } from '../ledger/session-index.ts';
import type { Log } from '../telemetry/log.ts';

/** What reading tells about the sessions it meets. */
export type Remember = {
  found(session: CheckoutSession): void;
  /** The provider has no such session. */
  missing(key: SessionKey): void;
  /** Writes what is still waiting to be. */
  flush(): Promise<void>;
};

/** Milliseconds after which a ledger that could not be written is tried again. */
const RETRY_MS = 500;
/** Sessions that wait for a ledger that cannot be written; beyond, the first to come are given up. */
const MAX_WAITING = 10_000;

/**
 * Has the index remember the sessions of providers that have no list, after the answer is on its way: a read must
 * neither fail nor wait because the ledger does. Trouble is logged when it begins and when it is over.
 */
export function createRemember(
  index: SessionIndex,
  providers: ReadonlyMap<ProviderName, Provider>,
  log: Log,
): Remember {
  /** By the session's global id, so that only the newest word about each is written. */
  const waiting = new Map<string, () => Promise<void>>();
  /** What is shared by many reads is written for the first of them. */
  const written = new WeakSet<CheckoutSession>();
  let isFailing = false;
  let isScheduled = false;

  async function write(): Promise<void> {
    isScheduled = false;
    for (const [id, work] of [...waiting]) {
      try {
        await work();
        if (waiting.get(id) === work) waiting.delete(id);
      } catch (error) {
        if (!isFailing)
          log.error({ error: String(error) }, 'the ledger cannot be written: lists may miss sessions met now');
        isFailing = true;
        schedule(() => setTimeout(write, RETRY_MS).unref());
        return;
      }
    }
    if (isFailing) log.info('the ledger can be written again');
    isFailing = false;
  }
  function schedule(start: () => void): void {
    if (isScheduled) return;
    isScheduled = true;
    start();
  }
  function remember(key: SessionKey, work: () => Promise<void>): void {
    if (providers.get(key.provider)?.listing.kind !== 'INDEXED') return;
    const id = globalId(key.provider, key.providerId);
    waiting.delete(id);
    waiting.set(id, work);
    const first = waiting.size > MAX_WAITING ? waiting.keys().next().value : undefined;
    if (first !== undefined) waiting.delete(first);
    schedule(() => setImmediate(write));
  }
  return {
    found(session) {
      if (written.has(session)) return;
      written.add(session);
      remember(session, () => index.learn(session));
    },
    missing: (key) => remember(key, () => index.missing(key)),
    flush: write,
  };
}
