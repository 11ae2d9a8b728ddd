import { expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import { startRedis } from '../../helpers/redis.ts';
import { leaseOf, newOperation, scopeOf } from '../operations/harness.ts';
import { indexed, sessionOf } from '../sessions.ts';
import { openReplica, type Replica, until } from './rig.ts';

const SAFE = ['--appendonly', 'yes', '--appendfsync', 'always'];

const scopeNumber = (number: number) => scopeOf({ idempotencyKey: `k${number}` });

/** Begins operations, and finishes every other, until Redis is gone: those of which each was answered. */
async function workUntilGone({ operations, sessionIndex }: Replica, first: number) {
  const answered = { begun: [] as number[], finished: [] as number[], claimed: [] as number[], learned: 0 };
  try {
    for (let number = first; ; number++) {
      const { operation } = await operations.begin(newOperation({ scope: scopeNumber(number) }), leaseOf('a'));
      answered.begun.push(number);
      await sessionIndex.learn(sessionOf(indexed(`cs_${number}`)));
      answered.learned++;
      if (await operations.claim('FLEXPRICE', `cs_${number}`, operation.id)) answered.claimed.push(number);
      if (number % 2 === 0) continue;
      if (await operations.finish(operation.id, 'a', 'SUCCEEDED', '{}')) answered.finished.push(number);
    }
  } catch (error) {
    expect(error).toMatchObject({ name: 'LedgerError' });
  }
  return answered;
}

it('what was answered is there after Redis was killed, and nothing can be begun twice', async ({ onTestFinished }) => {
  const redis = await startRedis({ args: SAFE });
  onTestFinished(redis.stop);
  const replica = await openReplica(redis.url);
  onTestFinished(replica.close);
  let learned = 0;
  for (const first of [0, 100_000, 200_000]) {
    const working = workUntilGone(replica, first);
    await until(async () => (await replica.operations.find('shop', `k${first + 50}`)) !== null);
    await redis.kill();
    const { begun, finished, claimed, ...rest } = await working;
    learned += rest.learned;
    await redis.restart();
    await until(() => replica.link.isUp);
    expect(finished.length).toBeGreaterThan(10);
    for (const number of begun) {
      const again = await replica.operations.begin(newOperation({ scope: scopeNumber(number) }), leaseOf('b'));
      // One that was being finished when Redis went may be either.
      if (number !== begun.at(-1)) expect(again.is).toBe(finished.includes(number) ? 'SUCCEEDED' : 'BUSY');
      expect(again.is).not.toBe('STARTED');
      const claim = await replica.operations.claimedBy('FLEXPRICE', `cs_${number}`);
      if (claimed.includes(number)) expect(claim).toBe(again.operation.id);
    }
    // One more each time may have been learned and not told.
    const count = await replica.sessionIndex.count('FLEXPRICE', NO_FILTER);
    expect([learned, learned + 1]).toContain(count);
    learned = count;
  }
});

const warnings = ({ lines }: Replica) =>
  lines.map((line) => JSON.parse(line)).filter(({ msg }) => String(msg).startsWith('redis may lose changes'));

it.each([
  ['no append-only file', [], 'set appendonly to yes', { appendonly: 'no' }],
  [
    'eviction and no file',
    ['--maxmemory-policy', 'allkeys-lru'],
    'set maxmemory-policy to noeviction, appendonly to yes',
    { 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' },
  ],
  [
    'a file that is not synced',
    ['--appendonly', 'yes', '--appendfsync', 'no'],
    'set appendfsync to everysec or always',
    { appendfsync: 'no' },
  ],
])('warns once of %s', async (_name, args, advice, got) => {
  const redis = await startRedis({ args });
  const replica = await openReplica(redis.url);
  const [line, ...more] = warnings(replica);
  expect(line).toMatchObject({
    got,
    msg: `redis may lose changes under way, which could then be made twice: ${advice}`,
  });
  expect(more).toEqual([]);
  await replica.close();
  await redis.stop();
});

it.each([
  ['that keeps everything', SAFE],
  ['that syncs every second', ['--appendonly', 'yes', '--appendfsync', 'everysec']],
  ['that has no CONFIG', ['--rename-command', 'CONFIG', '']],
])('warns of no Redis %s', async (_name, args) => {
  const redis = await startRedis({ args });
  const replica = await openReplica(redis.url);
  expect(replica.lines).toEqual([]);
  await replica.close();
  await redis.stop();
});

it('a Redis that forbids CONFIG is used all the same', async () => {
  const redis = await startRedis();
  await redis.client.acl('SETUSER', 'default', '-config');
  const replica = await openReplica(redis.url);
  expect((await replica.operations.begin(newOperation(), leaseOf('a'))).is).toBe('STARTED');
  expect(replica.lines).toEqual([]);
  await replica.close();
  await redis.stop();
});

it('looks when Redis comes, if it was away', async () => {
  const redis = await startRedis();
  await redis.kill();
  const replica = await openReplica(redis.url);
  expect(warnings(replica)).toEqual([]);
  for (const _ of ['first', 'second']) {
    await redis.restart();
    await until(() => replica.link.isUp);
    expect(warnings(replica)).toHaveLength(1);
    await redis.kill();
    await until(() => !replica.link.isUp);
  }
  await replica.close();
  await redis.stop();
});
