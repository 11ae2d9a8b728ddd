import type { SessionKey } from '../checkout/global-id.ts';
import type { Provider } from '../checkout/provider.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { SessionIndex } from '../ledger/session-index.ts';
import type { Log } from '../telemetry/log.ts';

/** What reading tells about the sessions it meets. */
export type Remember = {
  found(session: CheckoutSession): void;
  /** The provider has no such session. */
  missing(key: SessionKey): void;
};

/**
 * Has the index remember the sessions of providers that have no list. Nobody waits for it: a read must not fail because
 * the ledger does. That is logged when it begins and when it is over.
 */
export function createRemember(
  index: SessionIndex,
  providers: ReadonlyMap<ProviderName, Provider>,
  log: Log,
): Remember {
  let isFailing = false;
  const isIndexed = (name: ProviderName) => providers.get(name)?.listing.kind === 'INDEXED';
  const watch = (work: Promise<void>) => {
    work.then(
      () => {
        if (isFailing) log.info('the ledger can be written again');
        isFailing = false;
      },
      (error: unknown) => {
        if (!isFailing)
          log.error({ error: String(error) }, 'the ledger cannot be written: lists will miss sessions met now');
        isFailing = true;
      },
    );
  };
  return {
    found(session) {
      if (isIndexed(session.provider)) watch(index.learn(session));
    },
    missing(key) {
      if (isIndexed(key.provider)) watch(index.missing(key));
    },
  };
}
