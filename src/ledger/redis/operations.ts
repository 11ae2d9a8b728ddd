import { LRUCache } from 'lru-cache';
import type { ChangeKind } from '../../checkout/change.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../checkout/provider-name.ts';
import { type LedgerAccounts, LedgerError } from '../ledger.ts';
import { idsOfKey, operationId } from '../operation-id.ts';
import {
  type Begun,
  type NewOperation,
  OPERATION_MS,
  type Operation,
  type OperationLease,
  type OperationState,
  type Operations,
} from '../operations.ts';
import type { Caller } from './caller.ts';
import { accountText, claimKey, leftKey, operationKey, PARTS, partOf } from './key-names.ts';
import { accountOf, lookForLeft, memberOf } from './left.ts';
import { readFields, toFields } from './operation-fields.ts';

type Options = { caller: Caller; accounts: LedgerAccounts; now: () => number };

/** Operations whose part is remembered; of others every part is asked. */
const MOST_KNOWN = 10_000;
/** Unfinished operations of an account that are read one by one. */
const MOST_LOOKED_AT = 1000;

/**
 * Operations in Redis. Whether a lease has run out is told by the gateways' own clocks, which have to agree to within a
 * fraction of the leases.
 */
export const createRedisOperations = (options: Options): Operations => new SharedOperations(options);

class SharedOperations implements Operations {
  readonly #caller: Caller;
  readonly #accounts: LedgerAccounts;
  readonly #now: () => number;
  /** The part that an operation is in, by its id. */
  readonly #parts = new LRUCache<string, number>({ max: MOST_KNOWN });

  constructor({ caller, accounts, now }: Options) {
    this.#caller = caller;
    this.#accounts = accounts;
    this.#now = now;
  }

  async begin(operation: NewOperation, lease: OperationLease, waitedSince?: number): Promise<Begun> {
    const { provider, scope, inputHash } = operation;
    const account = this.#caller.accountOf(provider);
    const part = partOf(scope.caller, scope.idempotencyKey);
    // Of a provider without an account there is never one; but the script has as many keys always.
    const ids = PROVIDER_NAMES.map((name) => operationId(name, this.#accounts[name] ?? '', scope));
    const keys = [...ids.map((id) => operationKey(part, id)), leftKey(part)];
    const own = PROVIDER_NAMES.indexOf(provider);
    const args = [...this.#moment(), lease.owner, this.#end(lease.ms), inputHash, own + 1, ids[own] ?? ''];
    args.push(accountText(provider, account), waitedSince ?? '', ...toFields(operation));
    // The casts hold because the script gives nothing else.
    const [is, fields] = (await this.#caller.call('begin an operation', 'ledgerBegin', keys, args)) as [
      Buffer,
      Buffer[],
    ];
    const standing = this.#read(fields, part);
    if (standing === null) throw new Error('Expected the operation that was begun, got nothing.');
    return { is: String(is) as Begun['is'], operation: standing };
  }

  renew(id: string, { owner, ms }: OperationLease): Promise<boolean> {
    return this.#isDone('renew a lease', 'ledgerRenew', id, [owner, this.#end(ms)]);
  }

  finish(
    id: string,
    owner: string,
    state: Exclude<OperationState, 'IN_PROGRESS'>,
    result: string | null,
  ): Promise<boolean> {
    const args = [owner, state, ...(result === null ? [] : [result])];
    return this.#isDone('finish an operation', 'ledgerFinish', id, args);
  }

  async find(who: string, idempotencyKey: string, kind?: ChangeKind): Promise<Operation | null> {
    const part = partOf(who, idempotencyKey);
    const replies = await Promise.all(
      idsOfKey(this.#accounts, who, idempotencyKey, kind).map((id) =>
        this.#caller.call('find an operation', 'ledgerRead', [operationKey(part, id)], this.#moment()),
      ),
    );
    const found = replies.flatMap((reply) => this.#read(reply, part) ?? []);
    return found.sort((a, b) => b.startedAt - a.startedAt)[0] ?? null;
  }

  hasInput(operation: Operation, inputHash: string): boolean {
    return operation.inputHash === inputHash;
  }

  async unfinished(provider: ProviderName, kind: ChangeKind, limit: number): Promise<Operation[] | null> {
    const task = 'look for unfinished operations';
    const account = accountText(provider, this.#caller.accountOf(provider));
    // Whether their leases are over or not.
    const seen = await lookForLeft(this.#caller, task, Number.MAX_SAFE_INTEGER);
    const own = seen.filter((one) => accountOf(one) === account);
    if (own.length > MOST_LOOKED_AT) return null;
    const operations = await Promise.all(
      own.map(async ({ part, id }) =>
        this.#read(await this.#caller.call(task, 'ledgerRead', [operationKey(part, id)], this.#moment()), part),
      ),
    );
    const found = operations
      .flatMap((operation) => operation ?? [])
      .filter(({ scope, state }) => scope.kind === kind && (state === 'IN_PROGRESS' || state === 'UNKNOWN'));
    return found.length > limit ? null : found;
  }

  async take(operation: Operation, { owner, ms }: OperationLease): Promise<Operation | null> {
    const { id, provider, scope, startedAt } = operation;
    const part = partOf(scope.caller, scope.idempotencyKey);
    const member = memberOf(startedAt, accountText(provider, this.#caller.accountOf(provider)), id);
    const args = [...this.#moment(), owner, this.#end(ms), member];
    const keys = [operationKey(part, id), leftKey(part)];
    return this.#read(await this.#caller.call('take an operation that was left', 'ledgerTake', keys, args), part);
  }

  async takeLeft({ owner, ms }: OperationLease, limit: number): Promise<Operation[]> {
    const task = 'take what was left';
    const taken: Operation[] = [];
    if (limit <= 0) return taken;
    for (const { part, id, member } of await lookForLeft(this.#caller, task, this.#now())) {
      const args = [...this.#moment(), owner, this.#end(ms), member];
      try {
        const keys = [operationKey(part, id), leftKey(part)];
        const operation = this.#read(await this.#caller.call(task, 'ledgerTake', keys, args), part);
        if (operation) taken.push(operation);
      } catch (error) {
        // Those that were taken are not to lie about until their lease ends.
        if (taken.length === 0 || !(error instanceof LedgerError)) throw error;
        break;
      }
      if (taken.length === limit) break;
    }
    return taken;
  }

  async claim(provider: ProviderName, providerId: string, id: string): Promise<boolean> {
    const [now] = this.#moment();
    const args = [now, id, this.#end(OPERATION_MS), OPERATION_MS];
    return String(await this.#callClaim('ledgerClaim', provider, providerId, args)) === id;
  }

  async claimedBy(provider: ProviderName, providerId: string): Promise<string | null> {
    const [now] = this.#moment();
    const holder = await this.#callClaim('ledgerClaimed', provider, providerId, [now]);
    return holder === null ? null : String(holder);
  }

  /** What the scripts begin with: now, and how long operations are kept. */
  #moment(): [now: number, keep: number] {
    return [Math.floor(this.#now()), OPERATION_MS];
  }

  #end(ms: number): number {
    return Math.floor(this.#now() + ms);
  }

  #read(reply: unknown, part: number): Operation | null {
    const operation = readFields(reply);
    if (operation) this.#parts.set(operation.id, part);
    return operation;
  }

  /** Whether a script did it, in whichever part the operation is. */
  async #isDone(
    task: string,
    script: 'ledgerRenew' | 'ledgerFinish',
    id: string,
    args: (string | number)[],
  ): Promise<boolean> {
    const known = this.#parts.get(id);
    const replies = await Promise.all(
      (known === undefined ? PARTS : [known]).map((part) =>
        this.#caller.call(task, script, [operationKey(part, id), leftKey(part)], [...this.#moment(), ...args]),
      ),
    );
    return replies.includes(1);
  }

  #callClaim(
    script: 'ledgerClaim' | 'ledgerClaimed',
    provider: ProviderName,
    providerId: string,
    args: (string | number)[],
  ): Promise<unknown> {
    const key = claimKey(provider, this.#caller.accountOf(provider), providerId);
    return this.#caller.call('note or tell whose a session is', script, [key], args);
  }
}
