import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '../ledger/ledger.ts';
import type { Operation, OperationLease, Operations } from '../ledger/operations.ts';
import type { Log } from '../telemetry/log.ts';
import type { Outcome } from './outcome.ts';
import { storedOf } from './stored.ts';

type Options = { operations: Operations; log: Log };

/** What is known of an operation, by whoever has its lease. */
export type Known = { operation: Operation; lease: OperationLease; outcome: Outcome };

/** Milliseconds between two attempts to write down what is known. */
const RETRY_EVERY_MS = 250;
/** Milliseconds after which it is left to whoever finds it out again. */
const RETRY_FOR_MS = 10 * 60_000;

/**
 * Writes down what became of an operation. What cannot be written now is kept, and written when that can be done: it may
 * not be possible to find it out again.
 * @returns the outcome as it may be told: what is not written and can be done again by somebody else is not known
 */
export async function writeOutcome(options: Options, known: Known): Promise<Outcome> {
  const { operations, log } = options;
  const { operation, outcome } = known;
  try {
    const claimed = await claim(operations, known);
    if (await finish(operations, { ...known, outcome: claimed })) return claimed;
    const { provider, id } = operation;
    log.warn({ provider, operation: id }, 'an operation was taken over before it was finished');
    return certain(claimed);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    log.error({ error: error.message }, 'the ledger cannot be written: what became of an operation is kept for later');
    void keepTrying(options, known);
    return certain(outcome);
  }
}

/** Whoever takes the operation over may do what was not done. */
const certain = (outcome: Outcome): Outcome => (outcome.is === 'DONE' ? outcome : { is: 'UNKNOWN' });

async function keepTrying({ operations, log }: Options, known: Known): Promise<void> {
  const end = performance.now() + RETRY_FOR_MS;
  while (performance.now() < end) {
    await sleep(RETRY_EVERY_MS, undefined, { ref: false });
    try {
      await finish(operations, { ...known, outcome: await claim(operations, known) });
      return;
    } catch (error) {
      if (error instanceof LedgerError) continue;
      log.error({ error: String(error) }, 'what became of an operation cannot be written');
      return;
    }
  }
}

function finish(operations: Operations, { operation, lease, outcome }: Known): Promise<boolean> {
  const [state, result] = storedOf(operation, outcome);
  return operations.finish(operation.id, lease.owner, state, result);
}

/** A session that was found is this operation's only if no other has it. */
async function claim(operations: Operations, { operation, outcome }: Known): Promise<Outcome> {
  const { id, provider, scope } = operation;
  if (scope.kind !== 'CREATE' || outcome.is !== 'DONE' || outcome.providerId === null) return outcome;
  const isItsOwn = await operations.claim(provider, outcome.providerId, id);
  // What the provider has answered to this very change is certain, whoever has claimed it.
  return isItsOwn || !outcome.isFound ? outcome : { is: 'UNKNOWN' };
}
