import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import type { FreshStore } from '../inbox/harness.ts';
import { describeInbox, describeSharedInbox } from '../inbox-contract.ts';
import { describeSharedToldStates, describeToldStates } from '../told-states-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

const memory: FreshStore = () => (options) => openLedger({ ...options, directory: null });

const file: FreshStore = () => {
  const directory = mkdtempSync(join(folder, 'file-'));
  return (options) => openLedger({ ...options, directory });
};

describeInbox('memory', memory);
describeSharedInbox('a file', file);

describeToldStates('memory', memory);
describeSharedToldStates('a file', file);
