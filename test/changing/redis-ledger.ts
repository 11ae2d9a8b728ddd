import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { OperationScope } from '../../src/ledger/operations.ts';
import { operationKey, partOf } from '../../src/ledger/redis/key-names.ts';
import { createSeal } from '../../src/ledger/seal.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import type { LedgerUnderTest, OpenLedger, Release } from './ledger-under-test.ts';

const KEPT = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--databases', '100'];
/** What was answered is in the file, and is there again after it was killed. */
const KEPT_AT_ONCE = [...KEPT, '--appendfsync', 'always'];

/** Whose changes they are, as long as callers are not told apart. */
const CALLER = 'anyone';

/** Longer than any story takes. */
const PAUSED_MS = 120_000;

type Trouble = (server: RedisServer) => Promise<Release>;

/** It takes what it is sent, and does nothing about it; what a gateway that died had sent is not done later either. */
const pausesWrites: Trouble = async ({ client }) => {
  await client.call('CLIENT', 'PAUSE', String(PAUSED_MS), 'WRITE');
  return async () => void (await client.call('CLIENT', 'UNPAUSE'));
};

/** It stands still, and does later what it was sent meanwhile. */
const hangs: Trouble = async (server) => {
  server.pause();
  return async () => server.resume();
};

const isFull: Trouble = async ({ client }) => {
  await client.config('SET', 'maxmemory', 1);
  return async () => void (await client.config('SET', 'maxmemory', 0));
};

/** `kill -9`; it comes back with what is in its file. */
const isKilled: Trouble = async (server) => {
  await server.kill();
  return () => server.restart();
};

const TROUBLES = { pausesWrites, hangs, isFull, isKilled } as const;

/** A Redis that is started when the first story wants it. None of them may do anything to it. */
export function shareRedis(): { open: OpenLedger; stop(): Promise<void> } {
  let server: Promise<RedisServer> | undefined;
  let databases = 0;
  const never = () => Promise.reject(new Error('Other stories use this Redis too.'));
  return {
    async open() {
      server ??= startRedis({ args: KEPT });
      // One each: sandboxes come and go, and may get the port, hence the account, of an earlier one.
      return ledgerIn(await server, databases++, { holdWrites: never, loseWrites: never });
    },
    stop: async () => (await server)?.stop(),
  };
}

/** A Redis of the story's own, and what is done to it. */
export const openOwnRedis =
  (trouble: keyof typeof TROUBLES): OpenLedger =>
  async () => {
    const server = await startRedis({ args: KEPT_AT_ONCE });
    const begin = () => TROUBLES[trouble](server);
    const ledger = ledgerIn(server, 0, { holdWrites: begin, loseWrites: begin });
    return {
      ...ledger,
      async close() {
        await ledger.close();
        await server.stop();
      },
    };
  };

function ledgerIn(
  server: RedisServer,
  database: number,
  troubles: Pick<LedgerUnderTest, 'holdWrites' | 'loseWrites'>,
): LedgerUnderTest {
  // The index of sessions is each replica's own.
  const dataDir = mkdtempSync(join(tmpdir(), 'changing-'));
  const redisUrl = `${server.url}/${database}`;
  const client = new Redis(redisUrl, { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  const encryptionKey = randomBytes(32);
  return {
    ...troubles,
    settings: { dataDir, redisUrl, cacheEncryptionKey: encryptionKey.toString('base64') },
    stateOf: (key) => stateIn(client, encryptionKey, key),
    async close() {
      client.disconnect();
      rmSync(dataDir, { recursive: true });
    },
  };
}

async function stateIn(client: Redis, encryptionKey: Buffer, idempotencyKey: string): Promise<string | undefined> {
  const { openScope } = createSeal(encryptionKey);
  const keys = await client.keys(operationKey(partOf(CALLER, idempotencyKey), '*'));
  const rows = await Promise.all(keys.map((key) => client.hmget(key, 'scope', 'state')));
  const isOf = (scope: string | null | undefined) =>
    typeof scope === 'string' && openScope(JSON.parse(scope) as OperationScope).idempotencyKey === idempotencyKey;
  return rows.find(([scope]) => isOf(scope))?.[1] ?? undefined;
}
