import { type CallContext, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import { LedgerError } from '../ledger/ledger.ts';
import type { Reading } from '../reading/index.ts';
import type { Log } from '../telemetry/log.ts';
import type { Broker } from './broker.ts';
import type { Teller } from './teller.ts';

type MutationNewsOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  /** For one change. */
  createReading(call: CallContext): Reading;
  teller: Teller;
  broker: Broker;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Milliseconds that reading a changed session may take. */
const READ_MS = 5000;

/** Tells subscribers of what clients change, after these have been answered: no change waits for it or fails with it. */
export function createMutationNews({ providers, createReading, teller, broker, log, now }: MutationNewsOptions) {
  const telling = new Set<Promise<void>>();
  async function tell(provider: ProviderName, providerId: string, answered: CheckoutSession | null): Promise<void> {
    try {
      const call = { requestId: 'news of a change', deadline: now() + READ_MS };
      const session = answered ?? (await createReading(call).session({ provider, providerId }, NO_EXPANSION));
      if (session) await teller.tell(session, 'MUTATION');
    } catch (error) {
      // What was told last cannot be asked for: who is told twice does not see it.
      if (error instanceof LedgerError) await publishUntold(provider, providerId);
      // A webhook, or the next look, brings it later.
      log.warn({ provider, error: String(error) }, 'subscribers cannot be told of a change now');
    }
  }
  const publishUntold = (provider: ProviderName, providerId: string): Promise<void> =>
    broker.publish({ provider, providerId, previousStatus: null, trigger: 'MUTATION', at: now() }).catch(() => {});
  return {
    changed(provider: ProviderName, providerId: string, session: CheckoutSession | null): void {
      if (!providers.has(provider)) return;
      const done = tell(provider, providerId, session).finally(() => telling.delete(done));
      telling.add(done);
    },
    /** Resolves when all that is being told has been. */
    settled: async (): Promise<void> => void (await Promise.allSettled(telling)),
  };
}
