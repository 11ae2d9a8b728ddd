import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { newEvent } from '../inbox/harness.ts';
import { leaseOf } from '../operations/harness.ts';

// A process of its own: records and finishes events 0, 1 and so on, when it is told to, and writes what came of each. With
// a number to hang at it records that one, and does not finish it.
const [directory = '', owner = '', count = '', hangAt = ''] = process.argv.slice(2);

const { inbox, close } = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: Date.now });
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let number = 0; number < Number(count); number++) {
  const eventId = `evt_${number}`;
  const isNew = await inbox.record(newEvent({ eventId }), leaseOf(owner));
  process.stdout.write(`${number} ${isNew ? 'recorded' : 'known'}\n`);
  if (String(number) === hangAt) await new Promise((resolve) => process.stdin.once('data', resolve));
  // Lets what was written out, and another process come in between.
  await new Promise(setImmediate);
  if (isNew) {
    const isFinished = await inbox.finish('FLEXPRICE', eventId, owner);
    process.stdout.write(`${number} ${isFinished ? 'finished' : 'lost'}\n`);
  }
}
await close();
process.stdin.destroy();
