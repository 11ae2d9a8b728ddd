import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeHandler, ChangeKind, UserError } from '../checkout/change.ts';
import type { CallContext, Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import { LedgerError } from '../ledger/ledger.ts';
import type { Operation, OperationLease, OperationScope, OperationState } from '../ledger/operations.ts';
import { freshProviderKey, inputHashOf } from './identity.ts';
import { handlerOf, type LeasedWork, leaseOf, type WorkOptions, workOnLease } from './leased-work.ts';
import { findOut, makeChange } from './make.ts';
import { inProgress, ledgerAway, maybeBegun, notBegun, type Outcome, outcomeUnknown, refused } from './outcome.ts';
import { failureIn, outcomeIn } from './stored.ts';

/** A change that a caller wants to be made. */
export type ChangeRequest = {
  change: Change;
  provider: Provider;
  /** Who asks: keys of different callers have nothing to do with each other. */
  caller: string;
  /** The client's; null when it gave none. */
  idempotencyKey: string | null;
  call: CallContext;
  /**
   * Why it must not be made, asked before it is begun; not of one that was begun with the same input and has not failed.
   * @default nothing is asked
   */
  objections?: () => Promise<UserError[]>;
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

/** Milliseconds between two looks at an operation that somebody else is at. */
const LOOK_MS = 100;
/** Milliseconds that are left for the answer itself. */
const ANSWER_MS = 200;

const KEY_FIELD = ['input', 'idempotencyKey'];

export const createChanges = (options: WorkOptions): Changes => new ChangeMaker(options);

class ChangeMaker implements Changes {
  readonly #options: WorkOptions;

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  async make(request: ChangeRequest): Promise<ChangeResult> {
    const { provider, change, idempotencyKey } = request;
    const handler = handlerOf(provider, change.kind);
    if (!handler) {
      const message = 'This provider cannot do that; see availableActions and providers { operations }.';
      const field = ['input', change.kind === 'CREATE' ? 'session' : 'id'];
      return (await objectedTo(request)) ?? resultOf(refused('UNSUPPORTED_OPERATION', message, field), false);
    }
    return idempotencyKey === null
      ? ((await objectedTo(request)) ?? this.#makeOnce(request, handler))
      : this.#makeUnderKey(request, idempotencyKey);
  }

  /** Without a key of the client's there is nothing to come back to. */
  async #makeOnce(
    { provider, change, call }: ChangeRequest,
    handler: ChangeHandler<ChangeKind>,
  ): Promise<ChangeResult> {
    const { settle, now } = this.#options;
    await settle.before(provider.name, change);
    const unanswered = { sentAt: now(), isTaken: async () => false, rivals: async () => null };
    const making = { provider: provider.name, change, handler, key: freshProviderKey(), unanswered, call, now };
    const outcome = await makeChange(making).catch(async (error: unknown) => {
      await settle.after(provider.name, change, { is: 'UNKNOWN' });
      throw error;
    });
    await settle.after(provider.name, change, outcome);
    if (outcome.is === 'UNKNOWN') throw outcomeUnknown(provider.name, false);
    return resultOf(outcome, false);
  }

  async #makeUnderKey(request: ChangeRequest, idempotencyKey: string): Promise<ChangeResult> {
    const { provider, change, caller, call } = request;
    const scope: OperationScope = { caller, kind: change.kind, idempotencyKey };
    const inputHash = inputHashOf({ provider: provider.name, change });
    const lease = leaseOf();
    /** How an earlier request with the key was seen to stand. */
    let seen: OperationState | null = null;
    /**
     * When the attempt began that this request waits for: should that one fail, it gets its result, and makes no other.
     * Whatever else became of it meanwhile, `begin` tells as for any other request.
     */
    let waitedSince = request.objections && (await this.#begunBefore(scope, inputHash));
    for (;;) {
      // Before an attempt of its own may be made.
      const objected = waitedSince === undefined ? await objectedTo(request) : null;
      if (objected) return objected;
      const wanted = { scope, provider: provider.name, inputHash, change: JSON.stringify(change) };
      const begun = await this.#options.operations.begin(wanted, lease, waitedSince).catch((error: unknown) => {
        throw this.#notBegun(error, provider.name, seen);
      });
      const { operation } = begun;
      seen = operation.state;
      switch (begun.is) {
        case 'STARTED':
          return this.#answer(operation, await this.#work({ operation, lease, call, work: makeChange }));
        case 'SUCCEEDED':
          return resultOf(outcomeIn(operation), true);
        case 'FAILED':
          return resultOf(failureIn(operation), true);
        case 'OTHER_INPUT':
          return resultOf(refused('IDEMPOTENCY_CONFLICT', conflictWith(operation), KEY_FIELD), false);
        case 'LEFT': {
          const outcome = await this.#work({ operation, lease, call, work: findOut });
          // It was never made, and this request wants it made.
          waitedSince = undefined;
          if (outcome.is === 'NOT_DONE') break;
          return this.#answer(operation, outcome, true);
        }
        case 'BUSY':
          if (call.deadline - this.#options.now() < LOOK_MS + ANSWER_MS) {
            throw operation.state === 'UNKNOWN' ? outcomeUnknown(provider.name, true) : inProgress(provider.name);
          }
          waitedSince = operation.startedAt;
          await sleep(LOOK_MS);
      }
    }
  }

  async operation(caller: string, idempotencyKey: string, call: CallContext): Promise<Operation | null> {
    const { operations } = this.#options;
    const found = await this.#fromLedger(operations.find(caller, idempotencyKey));
    if (!found || found.finishedAt !== null) return found;
    const lease = leaseOf();
    const taken = await this.#fromLedger(operations.take(found, lease));
    if (taken) await this.#work({ operation: taken, lease, call, work: findOut });
    return this.#fromLedger(operations.find(caller, idempotencyKey));
  }

  async findOutLeft(operation: Operation, lease: OperationLease, call: CallContext, parkMs: number): Promise<void> {
    await this.#work({ operation, lease, call, work: findOut, parkMs });
  }

  /** When the very same change was begun, unless it failed. */
  async #begunBefore(scope: OperationScope, inputHash: string): Promise<number | undefined> {
    const { operations } = this.#options;
    const { caller, idempotencyKey, kind } = scope;
    const found = await operations.find(caller, idempotencyKey, kind).catch((error: unknown) => {
      throw this.#unread(error);
    });
    if (!found || found.state === 'FAILED' || !operations.hasInput(found, inputHash)) return undefined;
    return found.startedAt;
  }

  #work(work: LeasedWork): Promise<Outcome> {
    return workOnLease(this.#options, work);
  }

  #answer({ provider }: Operation, outcome: Outcome, isReplayed = false): ChangeResult {
    if (outcome.is === 'UNKNOWN') throw outcomeUnknown(provider, true);
    return resultOf(outcome, isReplayed && outcome.is === 'DONE');
  }

  /** A change that cannot be written down must not be made; but an earlier request, or this one, may be written down. */
  #notBegun(error: unknown, provider: ProviderName, seen: OperationState | null): unknown {
    if (!(error instanceof LedgerError)) return error;
    this.#options.log.error({ error: error.message }, 'the ledger cannot be written: a change was not begun');
    if (seen === 'IN_PROGRESS') return inProgress(provider);
    if (seen !== null) return outcomeUnknown(provider, true);
    return error.mayBeWritten ? maybeBegun(provider) : notBegun();
  }

  #unread(error: unknown): unknown {
    if (!(error instanceof LedgerError)) return error;
    this.#options.log.error({ error: error.message }, 'the ledger cannot be read: a change was not begun');
    return notBegun();
  }

  async #fromLedger<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#options.log.error({ error: error.message }, 'the ledger cannot be used: an operation cannot be shown');
      throw ledgerAway();
    }
  }
}

/** A new key is good advice only if the other change is not the same one written differently. */
const conflictWith = ({ finishedAt }: Operation): string =>
  finishedAt === null
    ? 'This idempotencyKey was used for something else, and what became of that is not known yet: see operation(idempotencyKey:).'
    : 'This idempotencyKey was used for something else; take a new one for a new change.';

/** Null when there are no objections. */
async function objectedTo({ objections }: ChangeRequest): Promise<ChangeResult | null> {
  const errors = await objections?.();
  return errors?.length ? resultOf({ is: 'REFUSED', errors }, false) : null;
}

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
