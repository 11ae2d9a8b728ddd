import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findTool, missingSentence, REDIS_SERVER } from '../../scripts/require-tools.ts';

/** Below the ports that systems give to outgoing connections, also with the 10,000 that a cluster's bus lies above. */
const FIRST_PORT = 12_000;
const PORTS = 10_000;
const BUS_OFFSET = 10_000;
const ATTEMPTS = 20;

export type RedisServerOptions = {
  /** @default any free one */
  port?: number;
  /** Further arguments of redis-server. */
  args?: readonly string[];
  password?: string;
};

export type RedisServer = {
  /** With the password, when there is one. */
  url: string;
  port: number;
  /** To look inside, past everything of ours. */
  client: Redis;
  /** Stops it in its tracks: it holds its connections and does not answer. */
  pause(): void;
  resume(): void;
  /** Ends it without a goodbye. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. It is killed when it still runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** A real redis-server on loopback that keeps nothing on disk. */
export async function startRedis({ port, args = [], password }: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  folders.add(folder);
  const allArgs = [...(password === undefined ? [] : ['--requirepass', password]), ...args];
  const begun =
    port === undefined ? await runAnywhere(folder, allArgs) : { port, process: await run(port, folder, allArgs) };
  let { process } = begun;
  const client = new Redis({
    host: '127.0.0.1',
    port: begun.port,
    ...(password !== undefined && { password }),
    retryStrategy: () => 50,
  });
  // It is gone whenever the test takes the server away.
  client.on('error', () => undefined);
  const kill = () => end(process);
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${begun.port}`,
    port: begun.port,
    client,
    pause: () => void process.kill('SIGSTOP'),
    resume: () => void process.kill('SIGCONT'),
    kill,
    restart: async () => {
      await kill();
      process = await run(begun.port, folder, allArgs);
    },
    stop: async () => {
      client.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
      folders.delete(folder);
    },
  };
}

/** Tests run side by side, and each looks for a port: whoever comes second looks for another. */
async function runAnywhere(folder: string, args: readonly string[]): Promise<{ port: number; process: ChildProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { port, process: await run(port, folder, args) };
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function run(port: number, folder: string, args: readonly string[]): Promise<ChildProcess> {
  const command = findTool(REDIS_SERVER);
  if (command === undefined) throw new Error(missingSentence([REDIS_SERVER]));
  const fixed = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn(command, [...fixed, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  killAtExit(server);
  let output = '';
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (!output.includes('Ready to accept connections')) continue;
    server.stdout.resume();
    return server;
  }
  await end(server);
  throw new Error(`redis-server did not start on port ${port}: ${output}`);
}

const hasEnded = (server: ChildProcess): boolean => server.exitCode !== null || server.signalCode !== null;

async function end(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

// A test that breaks off must not leave anything behind.
const folders = new Set<string>();
const running = new Set<ChildProcess>();

function killAtExit(server: ChildProcess): void {
  running.add(server);
  server.once('exit', () => running.delete(server));
}

process.once('exit', () => {
  for (const server of running) server.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A port that nobody listens on, nor on the one of the cluster's bus above it. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
