import type { ChangeKind } from '../checkout/change.ts';
import type { ProviderName } from '../checkout/provider-name.ts';

/** Whose change it is: the same caller, kind and key are the same change. */
export type OperationScope = {
  /** Who asked, as authentication names them. */
  caller: string;
  kind: ChangeKind;
  /** The client's own, 1 to 255 characters. */
  idempotencyKey: string;
};

/**
 * IN_PROGRESS has been begun and may have reached the provider. UNKNOWN was sent and not answered. FAILED was certainly
 * not done, and may be begun anew.
 */
export type OperationState = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';

/** A change under an idempotency key. */
export type Operation = {
  /** Follows from account, scope and nothing else: 43 URL-safe characters. */
  id: string;
  scope: OperationScope;
  provider: ProviderName;
  /** Of the input that it was begun with, and of the provider. */
  inputHash: string;
  /**
   * What has to be known to find out or to send again: JSON. It may hold personal data, and be long, so it is FORGOTTEN once
   * the operation is finished.
   */
  change: string;
  state: OperationState;
  /** Epoch milliseconds; of the latest beginning, when one that failed was begun anew. */
  startedAt: number;
  /** Epoch milliseconds; null while it is IN_PROGRESS or UNKNOWN. */
  finishedAt: number | null;
  /** JSON: of the latest time that it was finished, also while it is begun anew; null until the first. */
  result: string | null;
};

/** The change of an operation that is finished: what was asked for is told by its hash from then on. */
export const FORGOTTEN = 'null';

/** The right to work on an operation, as long as it lasts; who had it keeps it beyond that until another takes it. */
export type OperationLease = { owner: string; ms: number };

/** What came of beginning an operation. */
export type Begun =
  /** It is the caller's to do now: it is new, or had failed. */
  | { is: 'STARTED'; operation: Operation }
  /** It is the caller's to find out about: whoever did it left it unfinished. */
  | { is: 'LEFT'; operation: Operation }
  /** Somebody else is at it. */
  | { is: 'BUSY'; operation: Operation }
  | { is: 'SUCCEEDED'; operation: Operation }
  /** The attempt that was waited for was certainly not done; nothing was begun. */
  | { is: 'FAILED'; operation: Operation }
  | { is: 'OTHER_INPUT'; operation: Operation };

export type NewOperation = {
  scope: OperationScope;
  /**
   * Written in place of the scope, with the same kind, for a store that others can look into: the operation is found by its
   * scope all the same, and comes back with this one. Without it, the scope itself is written.
   */
  storedScope?: OperationScope;
  provider: ProviderName;
  inputHash: string;
  change: string;
};

/**
 * Changes that are under way or were, for 72 hours each. What a method has answered is on disk, or wherever the store
 * keeps things safe: a process that dies afterwards loses nothing. Every method rejects with a LedgerError when the store
 * fails, and then nothing was changed, unless the error says that it may have been.
 */
export type Operations = {
  /**
   * Writes IN_PROGRESS, unless there is such an operation that stands in the way. All at once: of many that begin, one gets it.
   * @param waitedSince the `startedAt` of somebody else's attempt at the same that was waited for: when that very one
   * FAILED, it is answered instead of being begun anew, as each of many that wait would make another attempt
   */
  begin(operation: NewOperation, lease: OperationLease, waitedSince?: number): Promise<Begun>;
  /** Makes the lease last so long from now. False when it has been lost. */
  renew(id: string, lease: OperationLease): Promise<boolean>;
  /**
   * Writes what became of it, forgets the change unless that is UNKNOWN, and gives the lease up. False, and nothing written,
   * when the lease has been lost.
   * @param result JSON; null leaves what stands there
   */
  finish(
    id: string,
    owner: string,
    state: Exclude<OperationState, 'IN_PROGRESS'>,
    result: string | null,
  ): Promise<boolean>;
  /** The newest operation with a key of a caller, of whichever kind unless one is named; null when there is none. */
  find(caller: string, idempotencyKey: string, kind?: ChangeKind): Promise<Operation | null>;
  /** Whether an operation that was found was begun with the input of this hash. */
  hasInput(operation: Operation, inputHash: string): boolean;
  /**
   * Operations of a kind at a provider that are IN_PROGRESS or UNKNOWN, whoever's they are and whether or not somebody is at
   * them; in no order.
   * @returns null when there are more than the limit, or when some cannot be read
   */
  unfinished(provider: ProviderName, kind: ChangeKind, limit: number): Promise<Operation[] | null>;
  /**
   * Takes the lease of one operation that was left unfinished, as it was when it was found. Null when it is not left, or
   * was begun anew since.
   */
  take(operation: Operation, lease: OperationLease): Promise<Operation | null>;
  /**
   * Takes the lease of operations that were left unfinished (UNKNOWN, or IN_PROGRESS with a lease that ran out). Those that
   * have waited longest for a look come first: those that nobody has, then by the end of the last lease, then the oldest.
   * So that those that are looked at again and again do not keep the others waiting.
   */
  takeLeft(lease: OperationLease, limit: number): Promise<Operation[]>;
  /**
   * Says that a session comes from an operation, for 72 hours from the first time it is said. False when it is known to
   * come from another; of two operations that claim the same session, one gets it.
   */
  claim(provider: ProviderName, providerId: string, id: string): Promise<boolean>;
  /** The operation that a session is known to come from; null when none is. */
  claimedBy(provider: ProviderName, providerId: string): Promise<string | null>;
};

/** Milliseconds for which operations are kept, from their latest beginning. */
export const OPERATION_MS = 72 * 3_600_000;
