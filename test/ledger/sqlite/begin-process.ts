import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { leaseOf, newOperation, scopeOf } from '../operations/harness.ts';

// A process of its own: begins and finishes operations 0, 1 and so on, when it is told to, and writes what came of each.
// With a number to hang at it begins that one, and does not finish it.
const [directory = '', owner = '', count = '', hangAt = ''] = process.argv.slice(2);

const { operations, close } = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: Date.now });
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let number = 0; number < Number(count); number++) {
  const operation = newOperation({ scope: scopeOf({ idempotencyKey: `k${number}` }) });
  const { is, operation: begun } = await operations.begin(operation, leaseOf(owner));
  process.stdout.write(`${number} ${is}\n`);
  if (String(number) === hangAt) await new Promise((resolve) => process.stdin.once('data', resolve));
  // Lets what was written out, and another process come in between.
  await new Promise(setImmediate);
  if (is === 'STARTED') {
    const isFinished = await operations.finish(begun.id, owner, 'SUCCEEDED', JSON.stringify(owner));
    process.stdout.write(`${number} ${isFinished ? 'finished' : 'lost'}\n`);
  }
}
await close();
process.stdin.destroy();
