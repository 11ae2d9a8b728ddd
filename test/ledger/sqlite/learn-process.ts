import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { indexed, sessionOf } from '../sessions.ts';

// A process of its own: learns `<prefix>0`, `<prefix>1` and so on, and writes each number when it is learned.
const [directory = '', prefix = '', count = ''] = process.argv.slice(2);

const ledger = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: Date.now });
for (let number = 0; number < Number(count); number++) {
  // The shared one changes each time, so that the processes write to the same row too.
  await ledger.sessionIndex.learn(sessionOf(indexed('shared', { paymentId: `${prefix}${number}` })));
  await ledger.sessionIndex.learn(sessionOf(indexed(`${prefix}${number}`)));
  process.stdout.write(`${number}\n`);
  // Lets what was written out, so that the parent reads along.
  await new Promise(setImmediate);
}
await ledger.close();
