import type { Change, ChangeHandler, ChangeKind } from '../checkout/change.ts';
import type { CallContext, Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import { LedgerError } from '../ledger/ledger.ts';
import type { Operation, OperationLease, Operations } from '../ledger/operations.ts';
import type { Log } from '../telemetry/log.ts';
import { freshProviderKey, providerKeyOf } from './identity.ts';
import type { Making } from './make.ts';
import type { Outcome } from './outcome.ts';
import type { Settle } from './settle.ts';
import { storedOf } from './stored.ts';
import { unansweredOf } from './unanswered.ts';

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
    const outcome = await claimed(options, operation, made);
    await settle.after(provider, change, outcome);
    if (outcome.is === 'UNKNOWN' && rest.parkMs !== undefined) {
      await operations.renew(operation.id, { owner: lease.owner, ms: rest.parkMs }).catch(() => false);
    } else await write(options, { operation, lease, outcome });
    return outcome;
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

/** A session that was found is this operation's only if no other has it. */
async function claimed({ operations, log }: WorkOptions, operation: Operation, outcome: Outcome): Promise<Outcome> {
  const { id, provider, scope } = operation;
  if (scope.kind !== 'CREATE' || outcome.is !== 'DONE' || outcome.providerId === null) return outcome;
  try {
    const isItsOwn = await operations.claim(provider, outcome.providerId, id);
    // What the provider has answered to this very change is certain, whoever has claimed it.
    return isItsOwn || !outcome.isFound ? outcome : { is: 'UNKNOWN' };
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    // That the session was made is true all the same.
    logUnwritten(log, error);
    return outcome;
  }
}

type Written = { operation: Operation; lease: OperationLease; outcome: Outcome };

/** What cannot be written now is found out again later: the operation stays as one that was left. */
async function write({ operations, log }: WorkOptions, { operation, lease, outcome }: Written): Promise<void> {
  const { id, provider } = operation;
  const [state, result] = storedOf(operation, outcome);
  try {
    const isWritten = await operations.finish(id, lease.owner, state, result);
    if (!isWritten) log.warn({ provider, operation: id }, 'an operation was taken over before it was finished');
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    logUnwritten(log, error);
  }
}

const logUnwritten = (log: Log, { message }: LedgerError): void =>
  log.error({ error: message }, 'the ledger cannot be written: an operation will be looked at again');
