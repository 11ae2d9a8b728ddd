import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { describeSessionIndex } from '../session-index-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

describeSessionIndex('memory', (options) => openLedger({ ...options, directory: null }));

describeSessionIndex('a file', (options) => openLedger({ ...options, directory: mkdtempSync(join(folder, 'file-')) }));
