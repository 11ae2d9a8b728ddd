import type { ProviderName } from '../../../src/checkout/provider-name.ts';
import {
  type Begun,
  FORGOTTEN,
  type NewOperation,
  type Operation,
  type OperationLease,
  type OperationState,
} from '../../../src/ledger/operations.ts';

const KEPT_MS = 72 * 3_600_000;

type Entry = { operation: Operation; owner: string | null; until: number };

/** How the model calls an operation: it knows no hashes. */
export const modelId = ({ provider, scope }: Pick<NewOperation, 'provider' | 'scope'>): string =>
  JSON.stringify([provider, scope.caller, scope.kind, scope.idempotencyKey]);

/** What operations do, done with plain objects. */
export class OperationsModel {
  #entries: Entry[] = [];
  readonly #claims = new Map<string, { id: string; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(wanted: NewOperation, lease: OperationLease, waitedSince?: number): Begun {
    const entry = this.#live().find(({ operation }) => isSameScope(operation, wanted));
    if (entry && isWaitedFor(entry.operation, wanted, waitedSince)) return { is: 'FAILED', operation: entry.operation };
    if (!entry || entry.operation.state === 'FAILED') {
      this.#entries = this.#entries.filter(({ operation }) => !isSameScope(operation, wanted));
      const result = entry?.operation.id === modelId(wanted) ? entry.operation.result : null;
      return { is: 'STARTED', operation: this.#start(wanted, lease, result) };
    }
    const { operation } = entry;
    if (operation.inputHash !== wanted.inputHash) return { is: 'OTHER_INPUT', operation };
    if (operation.state === 'SUCCEEDED') return { is: 'SUCCEEDED', operation };
    if (entry.owner !== null && entry.until > this.#now()) return { is: 'BUSY', operation };
    return { is: 'LEFT', operation: this.take(operation.id, lease) };
  }

  renew(id: string, lease: OperationLease): boolean {
    const entry = this.#owned(id, lease.owner);
    if (entry) entry.until = this.#now() + lease.ms;
    return entry !== undefined;
  }

  finish(id: string, owner: string, state: Exclude<OperationState, 'IN_PROGRESS'>, result: string | null): boolean {
    const entry = this.#owned(id, owner);
    if (!entry) return false;
    const finishedAt = state === 'UNKNOWN' ? null : this.#now();
    if (finishedAt !== null) entry.operation = { ...entry.operation, change: FORGOTTEN };
    entry.operation = { ...entry.operation, state, result: result ?? entry.operation.result, finishedAt };
    entry.owner = null;
    entry.until = 0;
    return true;
  }

  /** All that may be found: they were begun at the same moment. */
  found(caller: string, idempotencyKey: string): Operation[] {
    const all = this.#live()
      .map(({ operation }) => operation)
      .filter(({ scope }) => scope.caller === caller && scope.idempotencyKey === idempotencyKey);
    return all.filter(({ startedAt }) => startedAt === Math.max(...all.map((each) => each.startedAt)));
  }

  /** When the operation of a scope began that is there. */
  startOf(wanted: Pick<NewOperation, 'scope'>): number | undefined {
    return this.#live().find(({ operation }) => isSameScope(operation, wanted))?.operation.startedAt;
  }

  /** All that may be taken, those that have waited longest for a look first. */
  left(): Readonly<Pick<Entry, 'operation' | 'until'>>[] {
    return this.#live()
      .filter(({ operation }) => operation.state === 'UNKNOWN' || operation.state === 'IN_PROGRESS')
      .filter(({ owner, until }) => owner === null || until <= this.#now())
      .map(({ operation, until }) => ({ operation, until }))
      .sort((a, b) => a.until - b.until || a.operation.startedAt - b.operation.startedAt);
  }

  take(id: string, lease: OperationLease): Operation {
    const entry = this.#live().find(({ operation }) => operation.id === id);
    if (!entry) throw new Error(`Expected the model to have ${id}`);
    entry.operation = { ...entry.operation, state: 'UNKNOWN' };
    entry.owner = lease.owner;
    entry.until = this.#now() + lease.ms;
    return entry.operation;
  }

  claim(provider: ProviderName, providerId: string, id: string): boolean {
    const holder = this.claimedBy(provider, providerId);
    if (holder === null) this.#claims.set(`${provider} ${providerId}`, { id, at: this.#now() });
    return holder === null || holder === id;
  }

  claimedBy(provider: ProviderName, providerId: string): string | null {
    const claim = this.#claims.get(`${provider} ${providerId}`);
    return claim && claim.at + KEPT_MS > this.#now() ? claim.id : null;
  }

  #start(wanted: NewOperation, lease: OperationLease, result: string | null): Operation {
    const id = modelId(wanted);
    const startedAt = this.#now();
    const operation: Operation = { ...wanted, id, state: 'IN_PROGRESS', startedAt, finishedAt: null, result };
    this.#entries.push({ operation, owner: lease.owner, until: startedAt + lease.ms });
    return operation;
  }

  #owned(id: string, owner: string): Entry | undefined {
    return this.#live().find((entry) => entry.operation.id === id && entry.owner === owner);
  }

  #live(): Entry[] {
    return this.#entries.filter(({ operation }) => operation.startedAt + KEPT_MS > this.#now());
  }
}

const isWaitedFor = (operation: Operation, wanted: NewOperation, waitedSince: number | undefined): boolean =>
  operation.state === 'FAILED' &&
  operation.id === modelId(wanted) &&
  operation.startedAt === waitedSince &&
  operation.inputHash === wanted.inputHash;

const isSameScope = (a: Pick<NewOperation, 'scope'>, b: Pick<NewOperation, 'scope'>): boolean =>
  a.scope.caller === b.scope.caller &&
  a.scope.kind === b.scope.kind &&
  a.scope.idempotencyKey === b.scope.idempotencyKey;
