import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
const freshDirectory = () => join(mkdtempSync(join(folder, 'processes-')), 'data');
const started: ChildProcessByStdio<null, Readable, Readable>[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function startLearning(
  directory: string,
  prefix: string,
  count: number,
): ChildProcessByStdio<null, Readable, Readable> {
  const script = fileURLToPath(new URL('learn-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, prefix, String(count)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
}

/** Waits for the end, which must be a good one. */
async function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
  child.stdout.resume();
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  // Nothing is written there, also no warning that node:sqlite were an experiment.
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
}

describe('a ledger and the processes that use it', () => {
  it('loses nothing that was learned when its process is killed', async () => {
    const directory = freshDirectory();
    for (const [round, prefix] of ['a', 'b', 'c'].entries()) {
      const child = startLearning(directory, prefix, 1_000_000);
      let written = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        written += chunk;
        // Not always at the same moment of its work.
        if (written.length > 1000 * (round + 1)) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const learned = written.split('\n').slice(0, -1).length;
      expect(learned).toBeGreaterThan(100);
      const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
      expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      const kept = database
        .prepare('SELECT count(*) AS value FROM session WHERE provider_id GLOB ?')
        .get(`${prefix}[0-9]*`);
      database.close();
      // One more may have been learned and not told.
      expect([learned, learned + 1]).toContain(kept?.value);
    }
  });

  it('is shared by several, which may also open it first at the same time', async () => {
    const directory = freshDirectory();
    const prefixes = ['a', 'b', 'c', 'd'];
    await Promise.all(prefixes.map((prefix) => ended(startLearning(directory, prefix, 300))));
    const ledger = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: Date.now });
    expect(await ledger.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(prefixes.length * 300 + 1);
    await ledger.close();
  });
});
