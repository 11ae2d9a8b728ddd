import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export type Running = {
  url: string;
  port: number;
  signal(): void;
  exited: Promise<number | null>;
  ask(query: string, signal?: AbortSignal): Promise<Response>;
};

type OnTestFinished = (work: () => Promise<void>) => void;

/** Milliseconds for one test: it starts processes, and the machine may have other things to do. */
export const TEST_MS = 60_000;

/** Providers, and gateways that are started as an operator starts them, on the same ledger one after the other. */
export async function openShutdownWorld(onTestFinished: OnTestFinished) {
  const sandbox = await startTestSandbox();
  const dataDir = await mkdtemp(join(tmpdir(), 'shutdown-'));
  onTestFinished(async () => {
    await sandbox.stop();
    await rm(dataDir, { recursive: true });
  });
  const { apiKey, baseUrl } = sandbox.addresses.FLEX;
  return {
    control: sandbox.control,
    /** A Flex session that can be captured. */
    authorized(): string {
      const made = sandbox.control.create({ provider: 'flex', status: 'complete', capture_method: 'manual' });
      return globalId('FLEX', String(made.checkout_session_id));
    },
    async start(settings: Record<string, string> = {}): Promise<Running> {
      const child = spawn('node', ['src/main.ts'], {
        cwd: PROJECT,
        env: {
          PATH: process.env.PATH,
          ...{ PORT: '0', DATA_DIR: dataDir, FLEX_API_KEY: apiKey, FLEX_BASE_URL: baseUrl, CACHE_MEMORY_MIB: '0' },
          ...settings,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit').then(([code]) => code as number | null);
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      const url = await addressOf(child);
      const headers = { 'content-type': 'application/json' };
      return {
        url,
        port: Number(new URL(url).port),
        signal: () => void child.kill('SIGTERM'),
        exited,
        ask: (query, signal) =>
          fetch(`${url}/graphql`, {
            method: 'POST',
            headers,
            body: JSON.stringify({ query }),
            ...(signal && { signal }),
          }),
      };
    },
  };
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk;
    const url = /GraphQL\s+(http:\S+)\/graphql/.exec(output)?.[1];
    if (url === undefined) continue;
    stdout?.resume();
    return url;
  }
  throw new Error(`The gateway has not started: ${output}`);
}

const capture = (id: string, key: string): string =>
  `mutation { c: captureCheckoutSession(input: { id: "${id}", idempotencyKey: "${key}", amountMinorUnits: 100 }) { userErrors { code } } }`;

export type World = Awaited<ReturnType<typeof openShutdownWorld>>;

type Sent = { delayMs?: number; signal?: AbortSignal };

/** A change that its provider has got, and takes so long for; without a time, for ever. */
export async function sentChange(
  { control, authorized }: World,
  gateway: Running,
  { delayMs, signal }: Sent,
  key: string,
) {
  const kind = delayMs === undefined ? 'hang' : 'delay';
  control.fault({ provider: 'flex', kind, match: { method: 'POST' }, ...(delayMs !== undefined && { delayMs }) });
  const asked = gateway.ask(capture(authorized(), key), signal);
  asked.catch(() => undefined);
  await expect.poll(() => control.calls().filter(({ method }) => method === 'POST').length, { timeout: 5000 }).toBe(1);
  return { asked };
}

export const isRefused = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    () => false,
    () => true,
  );
