import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';

// A process of its own: opens a ledger as a user whom file modes hold back, and writes how that went. The modules are
// loaded before, because they may lie where that user cannot read.
const [directory = ''] = process.argv.slice(2);
const NOBODY = 65_534;
if (process.getuid?.() === 0) process.setuid?.(NOBODY);

try {
  const ledger = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: Date.now });
  await ledger.close();
  process.stdout.write('opened');
} catch (error) {
  process.stdout.write(String(error));
}
