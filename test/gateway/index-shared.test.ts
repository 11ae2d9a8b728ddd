import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, operationNamed } from '../changing/rig.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { isUp, list, read, readiness } from './replicas.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let redis: RedisServer;
let gateways: TestGateway[];
let folders: string[];

beforeEach(async () => {
  [sandbox, redis] = await Promise.all([startTestSandbox(), startRedis()]);
  gateways = [];
  folders = [];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([sandbox.stop(), redis.stop()]);
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shared-'));
  folders.push(folder);
  return folder;
}

/** A gateway with a folder of its own. */
async function open(redisUrl: string | undefined = redis.url, dataDir = newFolder()): Promise<TestGateway> {
  const settings = { cacheMemoryMiB: 16, dataDir, ...(redisUrl !== undefined && { redisUrl }) };
  const gateway = await startTestGateway({ providers: sandbox.addresses, ...settings });
  gateways.push(gateway);
  return gateway;
}

async function stop(...stopped: TestGateway[]): Promise<void> {
  await Promise.all(stopped.map((gateway) => gateway.stop()));
  gateways = gateways.filter((gateway) => !stopped.includes(gateway));
}

const listed = async (gateway: TestGateway): Promise<string[]> =>
  (await list(gateway, { providers: ['FLEXPRICE'] })).map(({ providerId }) => providerId).sort();

async function create(gateway: TestGateway, key: string): Promise<string> {
  const operation = operationNamed('flexprice create');
  const { data, errors } = await change(gateway, operation, operation.input(sandbox, key), key);
  expect(errors).toBeUndefined();
  return (data.change as { checkoutSession: { providerId: string } }).checkoutSession.providerId;
}

async function away(gateway: TestGateway): Promise<void> {
  await expect.poll(async () => (await readiness(gateway)).redis).toBe('down');
}

describe('gateways with a folder each and one Redis', () => {
  it('list what any of them has made or read, also with new folders, and without Redis', async () => {
    const [a, b] = await Promise.all([open(), open()]);
    const made = await create(a, 'order1');
    expect(await listed(b)).toEqual([made]);
    const found = String(sandbox.control.create({ provider: 'flexprice' }).id);
    await read(b, 'FLEXPRICE', found);
    const both = [made, found].sort();
    await expect.poll(() => listed(a)).toEqual(both);

    await stop(a, b);
    const [c, d] = await Promise.all([open(), open()]);
    expect(await listed(c)).toEqual(both);
    expect(await listed(d)).toEqual(both);

    await redis.kill();
    await Promise.all([away(c), away(d)]);
    expect(await listed(c)).toEqual(both);
    expect(await listed(d)).toEqual(both);
    const late = String(sandbox.control.create({ provider: 'flexprice' }).id);
    await read(c, 'FLEXPRICE', late);
    await expect.poll(() => listed(c)).toContain(late);
    expect(await listed(d)).toEqual(both);

    await redis.restart();
    await Promise.all([isUp(c), isUp(d)]);
    await expect.poll(() => listed(d), { timeout: 5000 }).toEqual([...both, late].sort());
  });

  it('list what one had met before there was Redis', async () => {
    const folder = newFolder();
    const before = await startTestGateway({ providers: sandbox.addresses, dataDir: folder });
    gateways.push(before);
    const id = String(sandbox.control.create({ provider: 'flexprice' }).id);
    await read(before, 'FLEXPRICE', id);
    await expect.poll(() => listed(before)).toEqual([id]);
    await stop(before);
    const [a, b] = await Promise.all([open(redis.url, folder), open()]);
    expect(await listed(a)).toEqual([id]);
    await expect.poll(() => listed(b)).toEqual([id]);
  });

  it('do not start when their folder cannot be written', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    await expect(open(redis.url, file)).rejects.toThrow(/^The ledger cannot be opened: expected DATA_DIR/);
  });
});
