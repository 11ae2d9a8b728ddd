import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { HOUR, leaseOf, newOperation, scopeOf } from '../operations/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
const freshDirectory = () => join(mkdtempSync(join(folder, 'processes-')), 'data');

/** A process that begins operations, and what it has written, line by line. */
type Beginner = { child: ChildProcessByStdio<Writable, Readable, null>; lines: string[]; go(): void };

const beginners: Beginner[] = [];
afterAll(() => {
  for (const { child } of beginners) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Is ready to go. */
async function startBeginning(
  directory: string,
  owner: string,
  { count, hangAt = '', onLine }: { count: number; hangAt?: string; onLine?: (beginner: Beginner) => void },
): Promise<Beginner> {
  const script = fileURLToPath(new URL('begin-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, owner, String(count), hangAt], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const beginner: Beginner = { child, lines: [], go: () => child.stdin.write('go\n') };
  beginners.push(beginner);
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  lines.on('line', (line) => {
    beginner.lines.push(line);
    onLine?.(beginner);
  });
  return beginner;
}

/** Opens what the processes have left behind, so many milliseconds later. */
const openLater = (directory: string, milliseconds = 0) =>
  openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: () => Date.now() + milliseconds });

const again = (number: number) => newOperation({ scope: scopeOf({ idempotencyKey: `k${number}` }) });

describe('operations and the processes that use them', () => {
  it('of processes that race for each, one gets it', async () => {
    const directory = freshDirectory();
    const count = 200;
    const owners = ['a', 'b', 'c'];
    const racing = await Promise.all(owners.map((owner) => startBeginning(directory, owner, { count })));
    for (const { go } of racing) go();
    const ends = await Promise.all(racing.map(({ child }) => once(child, 'close')));
    expect(ends).toEqual(owners.map(() => [0, null]));
    const lines = racing.flatMap((each) => each.lines);
    for (let number = 0; number < count; number++) {
      const said = lines.filter((line) => line.startsWith(`${number} `)).map((line) => line.split(' ')[1]);
      expect(said.filter((is) => is === 'STARTED')).toHaveLength(1);
      expect(said.filter((is) => is === 'finished')).toHaveLength(1);
      expect(said.filter((is) => is === 'BUSY' || is === 'SUCCEEDED')).toHaveLength(owners.length - 1);
    }
  });

  it('one whose process is killed before it finished is left to the next', async () => {
    const directory = freshDirectory();
    const { child, go } = await startBeginning(directory, 'a', {
      count: 3,
      hangAt: '1',
      onLine: ({ child, lines }) => lines.includes('1 STARTED') && child.kill('SIGKILL'),
    });
    go();
    await once(child, 'close');

    const before = await openLater(directory);
    expect(await before.operations.begin(again(1), leaseOf('b'))).toMatchObject({
      is: 'BUSY',
      operation: { state: 'IN_PROGRESS' },
    });
    await before.close();
    const { operations, close } = await openLater(directory, HOUR);
    expect((await operations.begin(again(0), leaseOf('b'))).is).toBe('SUCCEEDED');
    const left = await operations.begin(again(1), leaseOf('b'));
    expect(left).toMatchObject({ is: 'LEFT', operation: { state: 'UNKNOWN' } });
    expect(await operations.finish(left.operation.id, 'a', 'FAILED', null)).toBe(false);
    expect(await operations.finish(left.operation.id, 'b', 'SUCCEEDED', null)).toBe(true);
    expect((await operations.begin(again(2), leaseOf('b'))).is).toBe('STARTED');
    await close();
  });

  it('what a killed process was told holds', async () => {
    const directory = freshDirectory();
    // Not always at the same moment of its work.
    for (const most of [50, 77, 104]) {
      const { child, lines, go } = await startBeginning(directory, `a${most}`, {
        count: 100_000,
        onLine: (beginner) => beginner.lines.length >= most && beginner.child.kill('SIGKILL'),
      });
      go();
      await once(child, 'close');
      const { operations, close } = await openLater(directory, HOUR);
      for (const line of lines) {
        const [number, is] = line.split(' ');
        const operation = await operations.find('shop', `k${number}`);
        expect(operation).not.toBeNull();
        if (is === 'finished') expect(operation).toMatchObject({ state: 'SUCCEEDED', result: `"a${most}"` });
      }
      // At most the one that it was at.
      const left = await operations.takeLeft(leaseOf('b'), 10);
      expect(left.length).toBeLessThanOrEqual(1);
      for (const { id } of left) await operations.finish(id, 'b', 'SUCCEEDED', null);
      await close();
    }
  });
});
