import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeHandler, ChangeKind, UserError } from '../checkout/change.ts';
import { GatewayError } from '../checkout/errors.ts';
import type { CallContext, Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import { LedgerError } from '../ledger/ledger.ts';
import type { Operation, OperationLease, OperationScope, Operations } from '../ledger/operations.ts';
import type { Log } from '../telemetry/log.ts';
import { freshProviderKey, inputHashOf, providerKeyOf } from './identity.ts';
import { findOut, type Making, makeChange } from './make.ts';
import { inProgress, type Outcome, outcomeUnknown, refused, type StoredResult } from './outcome.ts';
import type { Settle } from './settle.ts';

/** A change that a caller wants to be made. */
export type ChangeRequest = {
  change: Change;
  provider: Provider;
  /** Who asks: keys of different callers have nothing to do with each other. */
  caller: string;
  /** The client's; null when it gave none. */
  idempotencyKey: string | null;
  call: CallContext;
};

export type ChangeResult = {
  /** The session that was changed or made; null when it was not, and when the provider does not tell which it made. */
  providerId: string | null;
  userErrors: UserError[];
  /** Whether it is the result of an earlier request with the same key. */
  isReplayed: boolean;
};

export type Changes = {
  /**
   * Makes a change, once for all requests with the same key.
   * @throws GatewayError OUTCOME_UNKNOWN or IDEMPOTENCY_IN_PROGRESS when it may yet turn out to be made; another code
   *   when it was certainly not made
   */
  make(request: ChangeRequest): Promise<ChangeResult>;
  /** The caller's newest operation with a key, looked into first when it was left unfinished; null when there is none. */
  operation(caller: string, idempotencyKey: string, call: CallContext): Promise<Operation | null>;
  /**
   * Finds out about an operation that was left unfinished, whose lease is held.
   * @param parkMs milliseconds after which it is to be looked at again, when nothing could be found out
   */
  findOutLeft(operation: Operation, lease: OperationLease, call: CallContext, parkMs: number): Promise<void>;
};

type ChangesOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  operations: Operations;
  /** Has caches and the index learn what became of a change. */
  settle: Settle;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
  /** Whether other processes make changes too. */
  isShared: boolean;
};

/** Milliseconds that a lease lasts without being renewed: a process that died leaves its operations to others then. */
export const LEASE_MS = 5000;
const RENEW_EVERY_MS = 1500;
/** Milliseconds between two looks at an operation that somebody else is at. */
const LOOK_MS = 100;
/** Milliseconds that are left for the answer itself. */
const ANSWER_MS = 200;

const KEY_FIELD = ['input', 'idempotencyKey'];

export function createChanges(options: ChangesOptions): Changes {
  return new ChangeMaker(options);
}

class ChangeMaker implements Changes {
  readonly #providers: ReadonlyMap<ProviderName, Provider>;
  readonly #operations: Operations;
  readonly #settle: Settle;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #isShared: boolean;
  /** Creates that are being made or found out about, by provider. */
  readonly #creating = new Map<ProviderName, number>();

  constructor({ providers, operations, settle, log, now, isShared }: ChangesOptions) {
    this.#isShared = isShared;
    this.#providers = providers;
    this.#operations = operations;
    this.#settle = settle;
    this.#log = log;
    this.#now = now;
  }

  async make(request: ChangeRequest): Promise<ChangeResult> {
    const { provider, change, idempotencyKey } = request;
    const handler = provider.changes?.[change.kind] as ChangeHandler<ChangeKind> | undefined;
    if (!handler) {
      const message = 'This provider cannot do that; see availableActions and providers { operations }.';
      const field = ['input', change.kind === 'CREATE' ? 'session' : 'id'];
      return resultOf(refused('UNSUPPORTED_OPERATION', message, field), false);
    }
    return idempotencyKey === null ? this.#makeOnce(request, handler) : this.#makeUnderKey(request, idempotencyKey);
  }

  /** Without a key of the client's there is nothing to come back to. */
  async #makeOnce(
    { provider, change, call }: ChangeRequest,
    handler: ChangeHandler<ChangeKind>,
  ): Promise<ChangeResult> {
    await this.#settle.before(provider.name, change);
    const making = this.#making({ provider: provider.name, change, handler, key: freshProviderKey(), call, own: null });
    const outcome = await makeChange(making).catch(async (error: unknown) => {
      await this.#settle.after(provider.name, change, { is: 'UNKNOWN' });
      throw error;
    });
    await this.#settle.after(provider.name, change, outcome);
    if (outcome.is === 'UNKNOWN') throw outcomeUnknown(provider.name, false);
    return resultOf(outcome, false);
  }

  async #makeUnderKey(request: ChangeRequest, idempotencyKey: string): Promise<ChangeResult> {
    const { provider, change, caller, call } = request;
    const scope: OperationScope = { caller, kind: change.kind, idempotencyKey };
    const inputHash = inputHashOf({ provider: provider.name, change });
    const lease = leaseOf();
    for (;;) {
      const begun = await this.#fromLedger(
        this.#operations.begin({ scope, provider: provider.name, inputHash, change: JSON.stringify(change) }, lease),
      );
      const { operation } = begun;
      switch (begun.is) {
        case 'STARTED':
          return this.#answer(operation, await this.#work(operation, lease, call, makeChange));
        case 'SUCCEEDED':
          return resultOf(outcomeIn(operation), true);
        case 'OTHER_INPUT': {
          const message = 'This idempotencyKey was used for something else; take a new one for a new change.';
          return resultOf(refused('IDEMPOTENCY_CONFLICT', message, KEY_FIELD), false);
        }
        case 'LEFT': {
          const outcome = await this.#work(operation, lease, call, findOut);
          // It was never made, and this request wants it made.
          if (outcome.is === 'NOT_DONE') break;
          return this.#answer(operation, outcome, true);
        }
        case 'BUSY':
          if (call.deadline - this.#now() < LOOK_MS + ANSWER_MS) {
            throw operation.state === 'UNKNOWN' ? outcomeUnknown(provider.name, true) : inProgress(provider.name);
          }
          await sleep(LOOK_MS);
      }
    }
  }

  async operation(caller: string, idempotencyKey: string, call: CallContext): Promise<Operation | null> {
    const found = await this.#fromLedger(this.#operations.find(caller, idempotencyKey));
    if (!found || found.finishedAt !== null) return found;
    const lease = leaseOf();
    const begun = await this.#fromLedger(this.#operations.begin(found, lease));
    if (begun.is === 'LEFT') await this.#work(begun.operation, lease, call, findOut);
    // It was found to have failed just now; nobody has asked for it to be made again.
    if (begun.is === 'STARTED') await this.#operations.finish(found.id, lease.owner, 'FAILED', found.result);
    return this.#fromLedger(this.#operations.find(caller, idempotencyKey));
  }

  async findOutLeft(operation: Operation, lease: OperationLease, call: CallContext, parkMs: number): Promise<void> {
    await this.#work(operation, lease, call, findOut, parkMs);
  }

  /** Works on an operation while holding its lease, and writes what became of it. */
  async #work(
    operation: Operation,
    lease: OperationLease,
    call: CallContext,
    work: (making: Making) => Promise<Outcome>,
    parkMs?: number,
  ): Promise<Outcome> {
    const { provider } = operation;
    const change: Change = JSON.parse(operation.change);
    const handler = this.#providers.get(provider)?.changes?.[change.kind] as ChangeHandler<ChangeKind> | undefined;
    // Its provider has been disabled since.
    if (!handler) return { is: 'UNKNOWN' };
    const making = this.#making({ provider, change, handler, key: providerKeyOf(operation), call, own: operation });
    const stopRenewing = this.#renew(operation, lease);
    if (change.kind === 'CREATE') this.#count(provider, 1);
    try {
      await this.#settle.before(provider, change);
      const outcome = await this.#claimed(operation, change, await work(making));
      await this.#settle.after(provider, change, outcome);
      if (outcome.is === 'UNKNOWN' && parkMs !== undefined) await this.#park(operation, lease, parkMs);
      else await this.#write(operation, lease, outcome);
      return outcome;
    } finally {
      stopRenewing();
      if (change.kind === 'CREATE') this.#count(provider, -1);
    }
  }

  #count(provider: ProviderName, by: number): void {
    this.#creating.set(provider, (this.#creating.get(provider) ?? 0) + by);
  }

  /** A session that was found is this operation's only if no other has it. */
  async #claimed({ id, provider }: Operation, change: Change, outcome: Outcome): Promise<Outcome> {
    if (change.kind !== 'CREATE' || outcome.is !== 'DONE' || outcome.providerId === null) return outcome;
    try {
      const isItsOwn = await this.#operations.claim(provider, outcome.providerId, id);
      // What the provider has answered to this very change is certain, whoever has claimed it.
      return isItsOwn || !outcome.isFound ? outcome : { is: 'UNKNOWN' };
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      // That the session was made is true all the same.
      this.#log.error({ error: String(error) }, 'the ledger cannot be written: an operation will be looked at again');
      return outcome;
    }
  }

  /** What cannot be written now is found out again later: the operation stays as one that was left. */
  async #write({ id, provider }: Operation, { owner }: OperationLease, outcome: Outcome): Promise<void> {
    const [state, result] = storedOf(outcome);
    try {
      const isWritten = await this.#operations.finish(id, owner, state, result);
      if (!isWritten) this.#log.warn({ provider, operation: id }, 'an operation was taken over before it was finished');
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#log.error({ error: error.message }, 'the ledger cannot be written: an operation will be looked at again');
    }
  }

  /** Keeps the lease, so that nobody looks at it again too soon. */
  async #park({ id }: Operation, { owner }: OperationLease, ms: number): Promise<void> {
    await this.#operations.renew(id, { owner, ms }).catch(() => false);
  }

  #answer({ provider }: Operation, outcome: Outcome, isReplayed = false): ChangeResult {
    if (outcome.is === 'UNKNOWN') throw outcomeUnknown(provider, true);
    return resultOf(outcome, isReplayed && outcome.is === 'DONE');
  }

  #making({
    provider,
    change,
    handler,
    key,
    call,
    own,
  }: Pick<Making, 'provider' | 'change' | 'handler' | 'key' | 'call'> & { own: Operation | null }): Making {
    const isTaken = async (providerId: string) => {
      const owner = await this.#operations.claimedBy(provider, providerId);
      return owner !== null && owner !== own?.id;
    };
    const isAlone = () => !this.#isShared && (this.#creating.get(provider) ?? 0) <= 1;
    const unanswered = { sentAt: own?.startedAt ?? this.#now(), isTaken, isAlone };
    return { provider, change, handler, key, unanswered, call, now: this.#now };
  }

  #renew({ id }: Operation, lease: OperationLease): () => void {
    const timer = setInterval(() => {
      this.#operations.renew(id, lease).catch(() => {});
    }, RENEW_EVERY_MS);
    return () => clearInterval(timer);
  }

  /** A change that cannot be written down must not be made. */
  async #fromLedger<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#log.error({ error: error.message }, 'the ledger cannot be written: a change was not made');
      throw new GatewayError(
        'INTERNAL_SERVER_ERROR',
        'The gateway cannot use its own ledger at the moment; nothing was sent to the provider.',
        { retryable: true, retryAfterMs: 1000 },
      );
    }
  }
}

export const leaseOf = (): OperationLease => ({ owner: freshProviderKey(), ms: LEASE_MS });

/** @throws GatewayError for what was not made and the caller cannot mend */
function resultOf(outcome: Exclude<Outcome, { is: 'UNKNOWN' }>, isReplayed: boolean): ChangeResult {
  switch (outcome.is) {
    case 'DONE':
      return { providerId: outcome.providerId, userErrors: [], isReplayed };
    case 'REFUSED':
      return { providerId: null, userErrors: outcome.errors, isReplayed };
    case 'NOT_DONE':
      throw outcome.error;
  }
}

function storedOf(outcome: Outcome): ['SUCCEEDED' | 'FAILED' | 'UNKNOWN', string | null] {
  const stored = (result: StoredResult) => JSON.stringify(result);
  switch (outcome.is) {
    case 'DONE':
      return ['SUCCEEDED', stored({ providerId: outcome.providerId })];
    case 'REFUSED':
      return ['FAILED', stored({ userErrors: outcome.errors })];
    case 'NOT_DONE':
      return ['FAILED', stored({ code: outcome.error.code })];
    case 'UNKNOWN':
      return ['UNKNOWN', null];
  }
}

/** Of an operation that succeeded. */
function outcomeIn({ result }: Operation): Outcome & { is: 'DONE' } {
  const { providerId } = JSON.parse(result ?? '{}') as { providerId?: string | null };
  return { is: 'DONE', providerId: providerId ?? null, session: null };
}
