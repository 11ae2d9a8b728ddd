import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { UpstreamPolicy } from '../../src/upstream/index.ts';
import type { GraphQLAnswer, ProviderAddress } from '../helpers/gateway.ts';
import type { LedgerUnderTest } from './ledger-under-test.ts';
import { postTo } from './post.ts';

const PROGRAM = fileURLToPath(new URL('gateway-process.ts', import.meta.url));

export type KillableGateway = {
  url: string;
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  /** The same, asked by the bearer of a token. */
  as(token: string): Pick<KillableGateway, 'ask'>;
  /** Moves its clock on. */
  jump(ms: number): void;
  /** Ends it with `kill -9`. */
  kill(): Promise<void>;
};

type Options = LedgerUnderTest['settings'] & {
  providers: Record<string, ProviderAddress>;
  upstreamPolicy?: Partial<UpstreamPolicy>;
  /** Further settings. */
  env?: Record<string, string>;
};

/** The whole gateway as a process of its own. */
export async function startKillable({
  providers,
  dataDir,
  redisUrl,
  cacheEncryptionKey,
  upstreamPolicy = {},
  env = {},
}: Options): Promise<KillableGateway> {
  const settings = Object.entries(providers).flatMap(([name, { apiKey, baseUrl, webhookSecrets = [] }]) => [
    [`${name}_API_KEY`, apiKey],
    [`${name}_BASE_URL`, baseUrl],
    // An empty one counts as not set.
    [`${name}_WEBHOOK_SECRET`, webhookSecrets.join(',')],
  ]);
  const child = fork(PROGRAM, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATA_DIR: dataDir,
      CACHE_MEMORY_MIB: '0',
      REDIS_URL: redisUrl,
      CACHE_ENCRYPTION_KEY: cacheEncryptionKey,
      UPSTREAM_POLICY: JSON.stringify(upstreamPolicy),
      ...Object.fromEntries(settings),
      ...env,
    },
  });
  const exited = once(child, 'exit');
  const [{ url }] = (await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('The gateway has not started.'))),
  ])) as [{ url: string }];
  const askWith =
    (headers: Record<string, string>): KillableGateway['ask'] =>
    async (query, variables) =>
      (await postTo(url, query, variables, { headers })).answer;
  return {
    url,
    ask: askWith({}),
    as: (token) => ({ ask: askWith({ authorization: `Bearer ${token}` }) }),
    jump: (aheadMs) => void child.send({ aheadMs }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
