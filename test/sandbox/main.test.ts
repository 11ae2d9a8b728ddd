import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';

const ANY_PORTS = {
  SANDBOX_FLEXPRICE_PORT: '0',
  SANDBOX_METEROID_PORT: '0',
  SANDBOX_FLEX_PORT: '0',
  SANDBOX_CONTROL_PORT: '0',
};

function run(env: Record<string, string>): ChildProcess {
  const main = new URL('../../sandbox/main.ts', import.meta.url).pathname;
  return spawn(process.execPath, [main], { env: { ...process.env, ...ANY_PORTS, ...env } });
}

async function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) {
    text += String(chunk);
    if (stream === 'stdout' && text.includes('Ctrl-C')) break;
  }
  return text;
}

test('tells where it is and how to ask, and stops when told to', async () => {
  const child = run({});
  const exit = once(child, 'exit');
  const text = await textOf(child, 'stdout');
  const [, key, url] = /curl -H '(x-api-key: [^']+)' (\S+)/.exec(text) ?? [];
  const [name = '', value = ''] = (key ?? '').split(': ');
  expect((await fetch(url ?? '', { headers: { [name]: value } })).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('a port in use is said in one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const child = run({ SANDBOX_FLEX_PORT: port });
  const exit = once(child, 'exit');
  expect(await textOf(child, 'stderr')).toContain(`Port ${port} is in use.`);
  expect(await exit).toEqual([1, null]);
  other.close();
});

test('a port that is none is said too', async () => {
  const child = run({ SANDBOX_FLEX_PORT: 'many' });
  const exit = once(child, 'exit');
  expect(await textOf(child, 'stderr')).toContain('SANDBOX_FLEX_PORT must be a whole number');
  expect(await exit).toEqual([1, null]);
});
