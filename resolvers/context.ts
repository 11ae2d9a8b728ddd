import type { Changes } from '../src/changing/changes.ts';
import type { Caller } from '../src/checkout/caller.ts';
import type { CallContext, Provider, ProviderHealth } from '../src/checkout/provider.ts';
import type { ProviderName } from '../src/checkout/session.ts';
import type { SessionIndex } from '../src/ledger/session-index.ts';
import type { Live } from '../src/live/subscribe.ts';
import type { Reading } from '../src/reading/index.ts';
import type { Log } from '../src/telemetry/log.ts';

/** What resolvers work with. Made for each request. */
export type GatewayContext = {
  call: CallContext;
  reading: Reading;
  /** Every provider there is, enabled or not. */
  allProviders: ReadonlyMap<ProviderName, Provider>;
  /** Those that are enabled. */
  providers: ReadonlyMap<ProviderName, Provider>;
  health(provider: ProviderName): ProviderHealth;
  changes: Changes;
  live: Live;
  /** The same for one event of a subscription, which has its own deadline and shares nothing that was read. */
  fork(): GatewayContext;
  /** Who asks. */
  who: Caller;
  /** The same as a text, for the keys of their changes. */
  caller: string;
  /** What the answer tells beside its data. */
  notes: { isReplayed: boolean };
  /** Ids that `nodes` has been asked for so far. */
  idsAsked: number;
  index: SessionIndex;
  log: Log;
  /** Epoch milliseconds. */
  now(): number;
};
