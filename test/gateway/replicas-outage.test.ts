import { describe, expect, it, onTestFinished } from 'vitest';
import type { TestGateway } from '../helpers/gateway.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { startRedis } from '../helpers/redis.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { isUp, list, median, type Replicas, read, readiness, redisLines, remove, startReplicas } from './replicas.ts';

/** Milliseconds that a read may take, the provider's part included; half of them have to keep to it. */
const READ_MS = 150;

const AWAY = expect.stringMatching(/^redis is away: .+: reads go on without it$/);
const BACK = 'redis is back';

async function start(): Promise<Replicas> {
  const replicas = await startReplicas();
  onTestFinished(() => replicas.stop());
  return replicas;
}

const newSession = ({ sandbox }: Replicas): string => String(sandbox.control.create({ provider: 'flexprice' }).id);

/** Reads until both have noticed. */
async function bothAway({ a, b }: Replicas, id: string): Promise<void> {
  for (const gateway of [a, b]) {
    await expect
      .poll(async () => {
        await read(gateway, 'FLEXPRICE', id);
        return (await readiness(gateway)).redis;
      })
      .toBe('down');
  }
}

async function timed<T>(work: () => Promise<T>, times: number[]): Promise<T> {
  const begun = performance.now();
  const result = await work();
  times.push(performance.now() - begun);
  return result;
}

describe('two replicas whose Redis', () => {
  it('hangs read on, say so once, and once when it is back', async () => {
    const replicas = await start();
    const { a, b, redis } = replicas;
    const warm = Array.from({ length: 10 }, () => newSession(replicas));
    const cold = Array.from({ length: 10 }, () => newSession(replicas));
    for (const id of warm) await Promise.all([read(a, 'FLEXPRICE', id), read(b, 'FLEXPRICE', id)]);
    // On a busy machine Redis may have been late before.
    await Promise.all([isUp(a), isUp(b)]);
    const before = new Map([a, b].map((gateway) => [gateway, redisLines(gateway).length]));
    const linesSince = (gateway: TestGateway) => redisLines(gateway).slice(before.get(gateway));
    redis.pause();
    const times: number[] = [];
    for (const [index, id] of warm.entries()) {
      for (const gateway of [a, b]) {
        expect(await timed(() => read(gateway, 'FLEXPRICE', id), times)).toMatchObject({ providerId: id });
        const other = cold[index] ?? '';
        expect(await timed(() => read(gateway, 'FLEXPRICE', other), times)).toMatchObject({ providerId: other });
      }
    }
    expect(times).toHaveLength(40);
    expect(median(times)).toBeLessThan(READ_MS);
    await bothAway(replicas, cold[0] ?? '');
    for (const gateway of [a, b]) {
      expect(linesSince(gateway)).toEqual([AWAY]);
      expect(await readiness(gateway)).toEqual({ status: 200, redis: 'down' });
    }
    redis.resume();
    await Promise.all([isUp(a), isUp(b)]);
    for (const gateway of [a, b]) expect(linesSince(gateway)).toEqual([AWAY, BACK]);
  });

  it('is killed and comes back empty show what is right all the time, and share reads again', async () => {
    const replicas = await start();
    const { a, b, redis, sandbox, callsOf } = replicas;
    const id = newSession(replicas);
    const status = async (gateway: TestGateway) => (await read(gateway, 'FLEXPRICE', id))?.status;
    expect([await status(a), await status(b)]).toEqual(['OPEN', 'OPEN']);
    await redis.kill();
    await bothAway(replicas, newSession(replicas));
    expect([await status(a), await status(b)]).toEqual(['OPEN', 'OPEN']);
    sandbox.control.pay({ provider: 'flexprice', id });
    await redis.restart();
    await Promise.all([isUp(a), isUp(b)]);
    // What was kept before is not believed any more.
    expect([await status(a), await status(b)]).toEqual(['COMPLETED', 'COMPLETED']);
    sandbox.control.fault({ provider: 'flexprice', kind: 'delay', delayMs: 100 });
    const before = callsOf('flexprice');
    const cold = newSession(replicas);
    await Promise.all(Array.from({ length: 50 }, (_, time) => read(time % 2 === 0 ? a : b, 'FLEXPRICE', cold)));
    expect(callsOf('flexprice') - before).toBeLessThanOrEqual(2);
  });

  it.each(['hangs', 'is killed'])('%s while something changes show it when it is back', async (way) => {
    const replicas = await start();
    const { a, b, redis } = replicas;
    const ids = [newSession(replicas), newSession(replicas)];
    const sessions = await Promise.all(ids.map((id) => read(a, 'FLEXPRICE', id)));
    for (const id of ids) await read(b, 'FLEXPRICE', id);
    const filter = { providers: ['FLEXPRICE'] };
    const listed = async (gateway: TestGateway) => (await list(gateway, filter)).map(({ providerId }) => providerId);
    for (const gateway of [a, b]) expect(await listed(gateway)).toEqual(expect.arrayContaining(ids));
    if (way === 'hangs') redis.pause();
    else await redis.kill();
    await bothAway(replicas, newSession(replicas));
    for (const [index, gateway] of [a, b].entries()) {
      await remove(gateway, sessions[index]?.id ?? '');
      expect(await read(gateway, 'FLEXPRICE', ids[index] ?? '')).toMatchObject({ isArchived: true });
      expect(await listed(gateway)).not.toContain(ids[index]);
    }
    if (way === 'hangs') redis.resume();
    else await redis.restart();
    await Promise.all([isUp(a), isUp(b)]);
    for (const gateway of [a, b]) {
      for (const id of ids) expect(await read(gateway, 'FLEXPRICE', id)).toMatchObject({ isArchived: true });
      for (const id of ids) expect(await listed(gateway)).not.toContain(id);
    }
  });
});

it('a gateway starts while Redis cannot be reached, and uses it as soon as it can be', async () => {
  const [sandbox, redis] = await Promise.all([startTestSandbox(), startRedis()]);
  onTestFinished(async () => void (await Promise.all([sandbox.stop(), redis.stop()])));
  await redis.kill();
  const open = async () => {
    const options = { providers: sandbox.addresses, cacheMemoryMiB: 16, redisUrl: redis.url };
    const gateway = await startTestGateway(options);
    onTestFinished(() => gateway.stop());
    return gateway;
  };
  const early = await open();
  const id = String(sandbox.control.create({ provider: 'meteroid' }).id);
  sandbox.control.pay({ provider: 'meteroid', id });
  expect(await read(early, 'METEROID', id)).toMatchObject({ status: 'COMPLETED' });
  expect(await readiness(early)).toEqual({ status: 200, redis: 'down' });
  expect(redisLines(early)).toEqual([AWAY]);
  await redis.restart();
  await isUp(early);
  expect(redisLines(early)).toEqual([AWAY, BACK]);
  await read(early, 'METEROID', id);
  const calls = sandbox.control.calls({ provider: 'meteroid' }).length;
  expect(await read(await open(), 'METEROID', id)).toMatchObject({ status: 'COMPLETED' });
  expect(sandbox.control.calls({ provider: 'meteroid' })).toHaveLength(calls);
});
