import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { misbehavingServer } from './misbehaving-server.ts';
import { eventually, rig } from './rig.ts';
import { hang, json } from './ways.ts';

const run = promisify(execFile);

test('a process that used everything ends by itself, without a warning', async () => {
  const script = fileURLToPath(new URL('./clean-process.ts', import.meta.url));
  const { stdout, stderr } = await run(process.execPath, ['--trace-warnings', script], { timeout: 15_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ unhandled: [], timers: 0 });
});

test('close ends what is under way, and nothing is sent after it', async () => {
  const server = await misbehavingServer(hang, json({}));
  const { upstream, fail } = rig(server.origin);
  const pending = fail();
  await eventually(() => server.received.length === 1);
  upstream.close();
  expect(await pending).toMatchObject({ retryable: true });
  expect(await fail()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(server.received).toHaveLength(1);
});
