import type { GatewayContext } from '../resolvers/context.ts';
import type { Changes } from './changing/changes.ts';
import { type Caller, ownerOf } from './checkout/caller.ts';
import type { CallContext, Provider } from './checkout/provider.ts';
import type { ProviderName } from './checkout/provider-name.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Live } from './live/subscribe.ts';
import { createReading } from './reading/index.ts';
import type { Remember } from './reading/remember.ts';
import type { SharedReads } from './reading/shared-reads.ts';
import type { RequestInfo } from './server/index.ts';
import type { Log } from './telemetry/log.ts';
import type { ReadOutcome } from './telemetry/metrics.ts';

/** Milliseconds that one request may take, whatever it asks for. */
export const REQUEST_DEADLINE_MS = 10_000;

type ContextOptions = {
  /** Every provider there is, enabled or not. */
  parts: readonly { provider: Provider }[];
  /** Those that are enabled. */
  providers: ReadonlyMap<ProviderName, Provider>;
  reads: SharedReads;
  changes: Changes;
  live: Live;
  observe: (outcome: ReadOutcome) => void;
  remember: Remember;
  health: GatewayContext['health'];
  ledger: Ledger;
  log: Log;
  now: () => number;
};

/** What lives as long as the gateway goes in here; what comes out lives as long as one request. */
export function contextFactory({
  parts,
  providers,
  reads,
  changes,
  live,
  observe,
  health,
  ledger,
  remember,
  log,
  now,
}: ContextOptions): (request: RequestInfo) => GatewayContext {
  const allProviders = new Map(parts.map(({ provider }) => [provider.name, provider]));
  const index = ledger.sessionIndex;
  const create = (call: CallContext, who: Caller): GatewayContext => ({
    call,
    reading: createReading({ providers, reads, caller: who, call, remember, now, observe }),
    allProviders,
    providers,
    health,
    changes,
    live,
    fork: () => create({ requestId: call.requestId, deadline: now() + REQUEST_DEADLINE_MS }, who),
    who,
    caller: ownerOf(who),
    notes: { isReplayed: false },
    idsAsked: 0,
    index,
    log,
    now,
  });
  return ({ requestId, deadline, caller }) => create({ requestId, deadline }, caller);
}
