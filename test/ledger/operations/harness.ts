import type { Ledger, LedgerAccounts } from '../../../src/ledger/ledger.ts';
import type {
  NewOperation,
  Operation,
  OperationLease,
  OperationScope,
  Operations,
} from '../../../src/ledger/operations.ts';
import { START } from '../sessions.ts';

export type OpenOptions = { accounts: LedgerAccounts; now: () => number };

/** What a gateway has of a store. */
export type Opened = Pick<Ledger, 'operations' | 'close'>;

/** Makes a store that holds nothing yet, and gives what opens it: several times over when it can be shared. */
export type FreshStore = () => (options: OpenOptions) => Promise<Opened>;

export const ACCOUNTS: LedgerAccounts = { FLEXPRICE: 'one', METEROID: 'two' };

export type Clock = { now: () => number; pass(milliseconds: number): void };

export function createClock(): Clock {
  let time = START;
  return {
    now: () => time,
    pass(milliseconds) {
      time += milliseconds;
    },
  };
}

/** Operations of a store of their own, with a clock that stands still until it is told otherwise. */
export async function withOperations(
  fresh: FreshStore,
  use: (operations: Operations, clock: Clock) => Promise<void>,
): Promise<void> {
  const clock = createClock();
  const { operations, close } = await fresh()({ accounts: ACCOUNTS, now: clock.now });
  await use(operations, clock).finally(close);
}

export const HOUR = 3_600_000;
export const LEASE_MS = 30_000;

export const leaseOf = (owner: string, ms = LEASE_MS): OperationLease => ({ owner, ms });

export const scopeOf = (values: Partial<OperationScope> = {}): OperationScope => ({
  caller: 'shop',
  kind: 'CREATE',
  idempotencyKey: 'order-1',
  ...values,
});

export const newOperation = (values: Partial<NewOperation> = {}): NewOperation => ({
  scope: scopeOf(),
  provider: 'FLEXPRICE',
  inputHash: 'hash-1',
  change: '{"kind":"CREATE"}',
  ...values,
});

/** One that was begun just now, as it comes back. */
export const begunAt = (startedAt: number, id: string, values: Partial<NewOperation> = {}): Operation => ({
  ...newOperation(values),
  id,
  state: 'IN_PROGRESS',
  startedAt,
  finishedAt: null,
  result: null,
});

/** Begins, which must be the first time. */
export async function started(
  operations: Operations,
  values: Partial<NewOperation> = {},
  lease = leaseOf('a'),
): Promise<string> {
  const begun = await operations.begin(newOperation(values), lease);
  if (begun.is !== 'STARTED') throw new Error(`Expected the operation to be STARTED, got ${begun.is}`);
  return begun.operation.id;
}
