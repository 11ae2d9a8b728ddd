import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startJsonServer } from './helpers/json-server.ts';
import { startRedis } from './helpers/redis.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

type Running = { child: ChildProcess; output(): string; exited: Promise<number | null> };

// Live gateways keep their ledger in the folder they are started in.
const DATA_DIR = mkdtempSync(join(tmpdir(), 'main-'));
afterAll(() => rmSync(DATA_DIR, { recursive: true }));

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** `npm start` as it is, with these settings and no others. */
function start(settings: Record<string, string>): Running {
  const child = spawn('node', ['src/main.ts'], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, DATA_DIR, ...settings },
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, exited: once(child, 'exit').then(([code]) => code as number | null) };
}

async function untilPrinted({ output, exited }: Running, pattern: RegExp): Promise<RegExpExecArray> {
  let ended = false;
  exited.then(() => (ended = true));
  for (;;) {
    const match = pattern.exec(output());
    if (match) return match;
    if (ended) throw new Error(`ended before printing ${pattern}: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ADDRESS = /GraphQL\s+(http:\S+)\/graphql/;

describe('npm start', () => {
  it('without settings prints one screen whose query is answered by all three providers, and stops on a signal', async () => {
    const gateway = start({ PORT: '0' });
    const [, url] = await untilPrinted(gateway, ADDRESS);
    await untilPrinted(gateway, /Ctrl-C stops/);
    const screen = gateway.output();
    expect(screen.split('\n').length).toBeLessThan(50);
    expect(screen).toContain('SANDBOXED');
    expect(screen).toContain(`${url}/graphiql`);
    const query = screen.slice(screen.indexOf('query to paste:') + 15, screen.indexOf('Ctrl-C'));
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect(await response.json()).toMatchObject({
      data: { flexprice: { status: 'OPEN' }, meteroid: { status: 'OPEN' }, flex: { status: 'OPEN' } },
    });
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });

  it('with a provider key runs live, sends the key there, and shows it nowhere', async () => {
    const provider = await startJsonServer(() => ({ status: 401, body: { error: { message: 'no' } } }));
    const apiKey = 'fsk_test_canary';
    const gateway = start({ PORT: '0', FLEX_API_KEY: apiKey, FLEX_BASE_URL: provider.url, LOG_LEVEL: 'trace' });
    const [, url] = await untilPrinted(gateway, ADDRESS);
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
      parts: { flex: 'up', flexprice: 'disabled', meteroid: 'disabled' },
    });
    const answer = await fetch(
      `${url}/graphql?query={checkoutSessionByProviderId(provider:FLEX,providerId:"fcs_1"){id}}`,
    );
    expect(await answer.json()).toMatchObject({
      errors: [{ extensions: { code: 'UPSTREAM_AUTH_FAILED', provider: 'FLEX' } }],
    });
    expect(provider.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
    await untilPrinted(gateway, /UPSTREAM_AUTH_FAILED/);
    expect(gateway.output()).toContain('nothing is sandboxed');
    expect(gateway.output()).not.toContain(apiKey);
    expect(gateway.output()).not.toContain(provider.url);
    gateway.child.kill('SIGINT');
    expect(await gateway.exited).toBe(0);
    await provider.stop();
  });

  it.each([
    [{}, true, true],
    [{ INTROSPECTION: 'off' }, false, false],
    [{ NODE_ENV: 'production', INTROSPECTION: 'on' }, false, true],
    [{ NODE_ENV: 'production' }, false, false],
  ])('with %j tells of the explorers that are there', async (settings, sandbox, graphiql) => {
    const API_KEYS = `shop:${'ab'.repeat(32)}:checkout:read`;
    const gateway = start({ PORT: '0', FLEX_API_KEY: 'fsk_test_1', AUTH_MODE: 'api-key', API_KEYS, ...settings });
    const [, url] = await untilPrinted(gateway, ADDRESS);
    await untilPrinted(gateway, /Ctrl-C stops/);
    const page = async (path: string) => {
      const { headers } = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } });
      return headers.get('content-type')?.startsWith('text/html') === true;
    };
    expect([await page('/graphql'), await page('/graphiql')]).toEqual([sandbox, graphiql]);
    expect(gateway.output().includes('Apollo Sandbox')).toBe(sandbox);
    expect(gateway.output().includes('/graphiql')).toBe(graphiql);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('on %s while it waits for Redis ends with 0', async (signal) => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const gateway = start({ PORT: '0', REDIS_URL: `redis://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await once(silent, 'connection');
    gateway.child.kill(signal);
    expect(await gateway.exited).toBe(0);
    expect(gateway.output()).not.toMatch(ADDRESS);
    expect(gateway.output()).not.toContain('cannot');
    silent.close();
  });

  it('on a signal while it is loaded ends with 0', async () => {
    const hooks = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) {
        if (url.endsWith('/src/gateway.ts')) process.kill(process.pid, 'SIGTERM');
        return next(url, context);
      } });`;
    const gateway = start({
      PORT: '0',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hooks)}`,
    });
    expect(await gateway.exited).toBe(0);
    expect(gateway.output()).toBe('');
  });

  it('ends at once on a second signal, whatever is still under way', async () => {
    const provider = await startJsonServer(() => new Promise(() => {}));
    const gateway = start({ PORT: '0', FLEX_API_KEY: 'k', FLEX_BASE_URL: provider.url });
    const [, url] = await untilPrinted(gateway, ADDRESS);
    const asked = fetch(`${url}/graphql?query={checkoutSessions{nodes{id}}}`).catch(() => {});
    while (provider.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    gateway.child.kill('SIGTERM');
    await expect
      .poll(() =>
        fetch(`${url}/healthz`).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed');
    gateway.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(gateway.child.exitCode).toBeNull();
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(1);
    await asked;
    await provider.stop();
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT: expected a whole number from 0 to 65535, got "abc".'],
    [{ NODE_ENV: 'production' }, 'at least one of them when NODE_ENV=production'],
    [{ FLEX_BASE_URL: 'nonsense' }, 'FLEX_BASE_URL: expected an absolute URL'],
  ])('with %j ends with exit code 1 and one message', async (settings, sentence) => {
    const gateway = start(settings);
    expect(await gateway.exited).toBe(1);
    expect(gateway.output()).toContain(sentence);
    expect(gateway.output()).not.toMatch(/\n\s+at /);
  });

  it('with a folder for its data that is none ends with exit code 1 and says so', async () => {
    const gateway = start({ PORT: '0', FLEX_API_KEY: 'fsk_test_1', DATA_DIR: fileURLToPath(import.meta.url) });
    expect(await gateway.exited).toBe(1);
    expect(gateway.output()).toContain('DATA_DIR');
    expect(gateway.output()).not.toMatch(/\n\s+at /);
  });

  it('by npm ends when npm is told to', async () => {
    const child = spawn('npm', ['start'], {
      cwd: PROJECT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0' },
    });
    started.push(child);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    await expect.poll(() => ADDRESS.exec(output)?.[1], { timeout: 15_000 }).toBeTruthy();
    const url = ADDRESS.exec(output)?.[1];
    child.kill('SIGTERM');
    await once(child, 'exit');
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            () => 'open',
            () => 'closed',
          ),
        { timeout: 10_000 },
      )
      .toBe('closed');
  });

  it('on a port that is taken ends with exit code 1 and says so, with Redis too', async () => {
    const other = await startJsonServer(() => ({}));
    const redis = await startRedis();
    for (const settings of [{}, { REDIS_URL: redis.url }]) {
      const gateway = start({ PORT: new URL(other.url).port, ...settings });
      expect(await gateway.exited).toBe(1);
      expect(gateway.output()).toContain('PORT');
      expect(gateway.output()).not.toMatch(/\n\s+at /);
    }
    await redis.stop();
    await other.stop();
  });
});
