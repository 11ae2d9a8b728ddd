import type { Operations } from '../ledger/operations.ts';
import type { Log } from '../telemetry/log.ts';
import type { Changes } from './changes.ts';
import { leaseOf } from './leased-work.ts';

type RecoveryOptions = {
  operations: Operations;
  changes: Changes;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Milliseconds between two looks for operations that were left. */
const LOOK_EVERY_MS = 2000;
/** Operations that are looked into at one time. */
const AT_ONCE = 10;
/** Milliseconds that one may take. */
const DEADLINE_MS = 10_000;
/** Milliseconds until one that could not be found out about is looked at again: the longer, the older it is. */
const [SHORTEST_PARK_MS, LONGEST_PARK_MS] = [2000, 30_000];

/** Looks into operations that were left unfinished, by this process or by one that is gone, until they are settled. */
export function startRecovery({ operations, changes, log, now }: RecoveryOptions): { stop(): Promise<void> } {
  let isStopped = false;
  let isFailing = false;
  let round = Promise.resolve();

  async function lookAround(): Promise<void> {
    try {
      const lease = leaseOf();
      const left = await operations.takeLeft(lease, AT_ONCE);
      await Promise.all(
        left.map((operation) => {
          const age = now() - operation.startedAt;
          const parkMs = Math.min(LONGEST_PARK_MS, Math.max(SHORTEST_PARK_MS, age / 10));
          const call = { requestId: `operation ${operation.id.slice(0, 8)}`, deadline: now() + DEADLINE_MS };
          return changes.findOutLeft(operation, lease, call, parkMs);
        }),
      );
      if (isFailing) log.info('operations that were left can be looked into again');
      isFailing = false;
    } catch (error) {
      // Once, and not with every round.
      if (!isFailing) log.error({ error: String(error) }, 'operations that were left cannot be looked into');
      isFailing = true;
    }
  }
  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      round = lookAround().then(schedule);
    }, LOOK_EVERY_MS).unref();
  }
  let timer: NodeJS.Timeout | undefined;
  schedule();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
