import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedgers } from '../../src/ledger/open-ledgers.ts';
import { LEDGER_SCRIPTS } from '../../src/ledger/redis/scripts.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import { recordLog } from '../helpers/log.ts';
import { startRedis } from '../helpers/redis.ts';
import { newEvent } from './inbox/harness.ts';
import { ACCOUNTS, createClock, leaseOf } from './operations/harness.ts';

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;

const { now } = createClock();
const { log, lines } = recordLog();
const alone = (directory: string | null) =>
  openLedgers({ directory, accounts: ACCOUNTS, link: null, encryptionKey: null, log, now });

/** Whether the second of two ledgers knows what was written to the first. */
async function isShared(one: Ledger, two: Ledger): Promise<boolean[]> {
  await one.inbox.record(newEvent(), leaseOf('a'));
  await one.toldStates.replace(KEY, '1', null);
  const isNew = await two.inbox.record(newEvent(), leaseOf('a'));
  return [!isNew, (await two.toldStates.read(KEY)) !== null];
}

it('events and what was told lie in the file when there is no Redis', async ({ onTestFinished }) => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const ledgers = [await alone(directory), await alone(directory), await alone(null)] as const;
  expect(await isShared(ledgers[0], ledgers[1])).toEqual([true, true]);
  expect(await isShared(ledgers[0], ledgers[2])).toEqual([false, false]);
  await Promise.all(ledgers.map(({ close }) => close()));
});

it('with Redis they lie there, for all replicas, and a Redis that may lose them is warned of', async () => {
  const redis = await startRedis();
  const link = await createRedisLink({ url: redis.url, scripts: LEDGER_SCRIPTS, log, commandTimeoutMs: 5000 });
  const shared = () =>
    openLedgers({ directory: null, accounts: ACCOUNTS, link, encryptionKey: Buffer.alloc(32), log, now });
  const ledgers = [await shared(), await shared()] as const;
  expect(lines).toEqual([]);
  expect(await isShared(ledgers[0], ledgers[1])).toEqual([true, true]);
  await expect.poll(() => lines.join()).toContain('set appendonly to yes');
  await Promise.all(ledgers.map(({ close }) => close()));
  await link.close();
  await redis.stop();
});
