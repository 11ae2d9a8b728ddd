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
import { idsOf, newEvent } from '../inbox/harness.ts';
import { HOUR, leaseOf } from '../operations/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
const freshDirectory = () => join(mkdtempSync(join(folder, 'processes-')), 'data');

/** A process that records events, and what it has written, line by line. */
type Recorder = { child: ChildProcessByStdio<Writable, Readable, null>; lines: string[]; go(): void };

const recorders: Recorder[] = [];
afterAll(() => {
  for (const { child } of recorders) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Is ready to go. */
async function startRecording(
  directory: string,
  owner: string,
  { count, hangAt = '', onLine }: { count: number; hangAt?: string; onLine?: (recorder: Recorder) => void },
): Promise<Recorder> {
  const script = fileURLToPath(new URL('record-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, owner, String(count), hangAt], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const recorder: Recorder = { child, lines: [], go: () => child.stdin.write('go\n') };
  recorders.push(recorder);
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  lines.on('line', (line) => {
    recorder.lines.push(line);
    onLine?.(recorder);
  });
  return recorder;
}

/** Opens what the processes have left behind, so many milliseconds later. */
const openLater = (directory: string, milliseconds = 0) =>
  openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: () => Date.now() + milliseconds });

describe('events and the processes that use them', () => {
  it('of processes that race for each, one gets it', async () => {
    const directory = freshDirectory();
    const count = 100;
    const owners = ['a', 'b', 'c'];
    const racing = await Promise.all(owners.map((owner) => startRecording(directory, owner, { count })));
    for (const { go } of racing) go();
    const ends = await Promise.all(racing.map(({ child }) => once(child, 'close')));
    expect(ends).toEqual(owners.map(() => [0, null]));
    const lines = racing.flatMap((each) => each.lines);
    for (let number = 0; number < count; number++) {
      const said = lines.filter((line) => line.startsWith(`${number} `)).map((line) => line.split(' ')[1]);
      expect(said.sort()).toEqual(['finished', 'known', 'known', 'recorded']);
    }
  });

  it('one whose process is killed before it finished is taken by the next', async () => {
    const directory = freshDirectory();
    const { child, go } = await startRecording(directory, 'a', {
      count: 3,
      hangAt: '1',
      onLine: ({ child, lines }) => lines.includes('1 recorded') && child.kill('SIGKILL'),
    });
    go();
    await once(child, 'close');

    const before = await openLater(directory);
    expect(await before.inbox.record(newEvent({ eventId: 'evt_1' }), leaseOf('b'))).toBe(false);
    expect(await before.inbox.take(leaseOf('b'), 10)).toEqual([]);
    await before.close();
    const { inbox, close } = await openLater(directory, HOUR);
    expect(await inbox.take(leaseOf('b'), 10)).toMatchObject([newEvent({ eventId: 'evt_1' })]);
    expect(await inbox.finish('FLEXPRICE', 'evt_1', 'a')).toBe(false);
    expect(await inbox.finish('FLEXPRICE', 'evt_1', 'b')).toBe(true);
    expect(await inbox.record(newEvent({ eventId: 'evt_0' }), leaseOf('b'))).toBe(false);
    expect(await inbox.record(newEvent({ eventId: 'evt_2' }), leaseOf('b'))).toBe(true);
    await close();
  });

  it('what a killed process was told holds', async () => {
    const directory = freshDirectory();
    let first = 0;
    // Not always at the same moment of its work.
    for (const most of [50, 127, 204]) {
      const { child, lines, go } = await startRecording(directory, `a${most}`, {
        count: 100_000,
        onLine: (recorder) => recorder.lines.length >= most && recorder.child.kill('SIGKILL'),
      });
      go();
      await once(child, 'close');
      const { inbox, close } = await openLater(directory, HOUR);
      const finished = lines.filter((line) => line.endsWith(' finished'));
      expect(finished.length).toBeGreaterThan(5);
      // At most the one that it was at, which it may have recorded and not said so.
      const left = idsOf(await inbox.take(leaseOf('b'), 10));
      expect(left.length).toBeLessThanOrEqual(1);
      for (const line of lines) {
        const [number, is] = line.split(' ');
        expect(await inbox.record(newEvent({ eventId: `evt_${number}` }), leaseOf('b'))).toBe(false);
        if (is === 'finished') expect(left).not.toContain(`evt_${number}`);
        if (is === 'recorded') expect(Number(number)).toBeGreaterThanOrEqual(first);
      }
      for (const eventId of left) expect(await inbox.finish('FLEXPRICE', eventId, 'b')).toBe(true);
      first = finished.length;
      await close();
    }
  });
});
