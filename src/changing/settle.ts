import type { Change } from '../checkout/change.ts';
import type { Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import { type SessionVersion, versionOf } from '../checkout/version.ts';
import type { SessionIndex } from '../ledger/session-index.ts';
import type { SharedReads } from '../reading/shared-reads.ts';
import type { Log } from '../telemetry/log.ts';
import type { Outcome } from './outcome.ts';

/** Has everything that keeps sessions know of a change. */
export type Settle = {
  /** Before it is sent: what is being read meanwhile must not be kept. */
  before(provider: ProviderName, change: Change): Promise<void>;
  /** Once it is known, or known not to be known, what became of it: a change that failed may have happened. */
  after(provider: ProviderName, change: Change, outcome: Outcome): Promise<void>;
};

/** All that a provider says about a session that it has put away. */
const ARCHIVED: SessionVersion = { updatedAt: null, stage: 0, isArchived: true };

type SettleOptions = {
  /** Told of every change that was made; the session as it is then, where that is known. @default nobody */
  changed?: (provider: ProviderName, providerId: string, session: CheckoutSession | null) => void;
  reads: SharedReads;
  index: SessionIndex;
  providers: ReadonlyMap<ProviderName, Provider>;
  log: Log;
};

export function createSettle({ reads, index, providers, log, changed }: SettleOptions): Settle {
  const isIndexed = (provider: ProviderName) => providers.get(provider)?.listing.kind === 'INDEXED';
  return {
    async before(provider, change) {
      if (change.kind !== 'CREATE') await reads.forget({ provider, providerId: change.providerId });
    },
    async after(provider, change, outcome) {
      const session = outcome.is === 'DONE' ? outcome.session : null;
      const providerId =
        change.kind === 'CREATE' ? (outcome.is === 'DONE' ? outcome.providerId : null) : change.providerId;
      // So that lists show it, even if the process ends now. Should it fail, the session is made all the same.
      if (session && isIndexed(provider)) {
        await index.learn(session).catch((error: unknown) => {
          log.error({ error: String(error) }, 'the ledger cannot be written: lists may miss a session');
        });
      }
      if (providerId === null) return;
      const isArchived = change.kind === 'DELETE' && outcome.is === 'DONE';
      const shown = session ? versionOf(session) : isArchived ? ARCHIVED : undefined;
      await reads.forget({ provider, providerId }, shown);
      if (outcome.is === 'DONE') changed?.(provider, providerId, session);
    },
  };
}
