import type { Change, ChangeHandler, ChangeKind } from '../checkout/change.ts';
import type { CallContext, Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { Operation, OperationLease, Operations } from '../ledger/operations.ts';
import type { Log } from '../telemetry/log.ts';
import { freshProviderKey, providerKeyOf } from './identity.ts';
import type { Making } from './make.ts';
import type { Outcome } from './outcome.ts';
import type { Settle } from './settle.ts';
import { unansweredOf } from './unanswered.ts';
import { writeOutcome } from './write-outcome.ts';

export type WorkOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  operations: Operations;
  /** Has caches and the index learn what became of a change. */
  settle: Settle;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Milliseconds that a lease lasts without being renewed: a process that died leaves its operations to others then. */
const LEASE_MS = 5000;
const RENEW_EVERY_MS = 1500;

export const leaseOf = (): OperationLease => ({ owner: freshProviderKey(), ms: LEASE_MS });

export type LeasedWork = {
  operation: Operation;
  lease: OperationLease;
  call: CallContext;
  work: (making: Making) => Promise<Outcome>;
  /** Milliseconds for which the lease is kept when nothing could be found out, so that nobody looks again too soon. */
  parkMs?: number;
};

/** Works on an operation while holding its lease, has everything learn what became of it, and writes that down. */
export async function workOnLease(options: WorkOptions, { operation, lease, ...rest }: LeasedWork): Promise<Outcome> {
  const { operations, settle, now } = options;
  const { provider } = operation;
  const change: Change = JSON.parse(operation.change);
  const handler = handlerOf(options.providers.get(provider), change.kind);
  // Its provider has been disabled since.
  if (!handler) return { is: 'UNKNOWN' };
  const key = providerKeyOf(operation);
  const unanswered = unansweredOf(operations, operation);
  const stopRenewing = renew(operations, operation, lease);
  try {
    await settle.before(provider, change);
    const made = await rest.work({ provider, change, handler, key, unanswered, call: rest.call, now });
    await settle.after(provider, change, made);
    if (made.is === 'UNKNOWN' && rest.parkMs !== undefined) {
      await operations.renew(operation.id, { owner: lease.owner, ms: rest.parkMs }).catch(() => false);
      return made;
    }
    return await writeOutcome(options, { operation, lease, outcome: made });
  } finally {
    stopRenewing();
  }
}

/** Undefined when the provider cannot do that. */
export const handlerOf = (provider: Provider | undefined, kind: ChangeKind): ChangeHandler<ChangeKind> | undefined =>
  provider?.changes?.[kind] as ChangeHandler<ChangeKind> | undefined;

function renew(operations: Operations, { id }: Operation, lease: OperationLease): () => void {
  const timer = setInterval(() => {
    operations.renew(id, lease).catch(() => {});
  }, RENEW_EVERY_MS);
  return () => clearInterval(timer);
}
