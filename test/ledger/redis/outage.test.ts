import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import { LedgerError } from '../../../src/ledger/ledger.ts';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { type SlowWay, startProxy } from '../../redis/proxy.ts';
import { createClock, LEASE_MS, leaseOf, newOperation, scopeOf, started } from '../operations/harness.ts';
import { indexed, sessionOf } from '../sessions.ts';
import { openReplica, type Replica, until } from './rig.ts';

let redis: RedisServer;
let way: SlowWay;
let replica: Replica;
const clock = createClock();
beforeEach(async () => {
  redis = await startRedis();
  way = await startProxy(redis.port);
  replica = await openReplica(way.url, { now: clock.now, commandTimeoutMs: 200 });
});
afterEach(async () => {
  await replica.close();
  await way.stop();
  await redis.stop();
});

const session = sessionOf(indexed('cs_1', { customerId: 'cust_secret' }));
const key = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;

/** All that can be asked. */
const askAll = ({ operations, sessionIndex }: Replica): Promise<unknown>[] => [
  operations.begin(newOperation(), leaseOf('a')),
  operations.renew('id', leaseOf('a')),
  operations.finish('id', 'a', 'SUCCEEDED', null),
  operations.find('shop', 'order-1'),
  operations.takeLeft(leaseOf('a'), 10),
  operations.claim('FLEXPRICE', 'cs_1', 'id'),
  operations.claimedBy('FLEXPRICE', 'cs_1'),
  sessionIndex.learn(session),
  sessionIndex.missing(key),
  sessionIndex.page({ provider: 'FLEXPRICE', filter: NO_FILTER, direction: 'older', from: null, limit: 10 }),
  sessionIndex.count('FLEXPRICE', NO_FILTER),
];

/** The messages of what must all fail. */
async function refusals(asked: Promise<unknown>[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(asked);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected' && outcome.reason instanceof LedgerError) return outcome.reason.message;
    throw new Error(`Expected a LedgerError, got ${JSON.stringify(outcome)}`);
  });
}

/** What comes of something that is tried as long as Redis cannot do it. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    await until(() => replica.link.isUp);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  }
}

describe('a ledger whose Redis', () => {
  it('is away fails at once, says why, and works again when Redis is back', async () => {
    await started(replica.operations);
    await redis.kill();
    await until(() => !replica.link.isUp);
    const messages = await refusals(askAll(replica));
    expect(messages[0]).toBe(
      'The ledger cannot begin an operation: expected REDIS_URL to lead to a Redis that can be read and written within ' +
        'its time, got: Redis is away: connection closed.',
    );
    for (const message of messages) expect(message).toMatch(/^The ledger cannot [a-z' ]+: expected REDIS_URL to lead/);
    await redis.restart();
    await until(() => replica.link.isUp);
    for (const answer of askAll(replica)) await answer;
  });

  it('does not answer in time leaves a beginning that nobody else can make', async () => {
    way.delayMs = 1000;
    expect(await refusals([replica.operations.begin(newOperation(), leaseOf('a'))])).toEqual([
      'The ledger cannot begin an operation: expected REDIS_URL to lead to a Redis that can be read and written within ' +
        'its time, got: Redis could not do it: timeout.',
    ]);
    const other = await openReplica(redis.url, { now: clock.now });
    expect((await other.operations.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
    way.delayMs = 0;
    const begin = () => replica.operations.begin(newOperation(), leaseOf('a'));
    expect((await answered(begin)).is).toBe('BUSY');
    clock.pass(LEASE_MS);
    // Its own lease stands in the way of who did not hear that it got it.
    expect(['LEFT', 'BUSY']).toContain((await answered(begin)).is);
    expect((await other.operations.find('shop', 'order-1'))?.state).toBe('UNKNOWN');
    await other.close();
  });

  it('hangs lets one begin at most, whenever it goes on', async () => {
    redis.pause();
    await refusals([replica.operations.begin(newOperation(), leaseOf('a'))]);
    redis.resume();
    await until(() => replica.link.isUp);
    const again = await Promise.all(
      ['a', 'b', 'c'].map((owner) => answered(() => replica.operations.begin(newOperation(), leaseOf(owner)))),
    );
    expect(again.filter(({ is }) => is === 'STARTED').length).toBeLessThanOrEqual(1);
    expect(again.filter(({ is }) => is === 'BUSY').length).toBeGreaterThanOrEqual(2);
  });

  it('is full refuses what would be written, whole', async () => {
    await replica.sessionIndex.learn(session);
    const id = await started(replica.operations);
    const anew = { scope: scopeOf({ idempotencyKey: 'failed' }) };
    const failed = await started(replica.operations, anew);
    await replica.operations.finish(failed, 'a', 'FAILED', null);
    const contents = async () => {
      const names = (await redis.client.keys('*:ledger:*')).sort();
      return Promise.all(names.map(async (name) => [name, await redis.client.dumpBuffer(name)]));
    };
    const before = await contents();
    const writes: ((own: Replica) => Promise<unknown>)[] = [
      ({ sessionIndex }) => sessionIndex.learn({ ...session, status: 'COMPLETED', paymentId: 'pay_1' }),
      ({ sessionIndex }) => sessionIndex.missing(key),
      ({ operations }) => operations.begin(newOperation(anew), leaseOf('b')),
      ({ operations }) => operations.begin(newOperation({ ...anew, provider: 'METEROID' }), leaseOf('b')),
      ({ operations }) => operations.renew(id, leaseOf('a', 2 * LEASE_MS)),
      ({ operations }) => operations.finish(id, 'a', 'SUCCEEDED', '{}'),
      ({ operations }) => operations.finish(id, 'a', 'UNKNOWN', null),
      ({ operations }) => operations.claim('FLEXPRICE', 'cs_1', id),
    ];
    // Each over a link of its own: the first refusal is the last that goes over one.
    const own = await Promise.all(
      writes.map(async (write) => ({ write, by: await openReplica(redis.url, { now: clock.now }) })),
    );
    await redis.client.config('SET', 'maxmemory', '1');
    const messages = await refusals(own.map(({ write, by }) => write(by)));
    for (const message of messages) expect(message).toMatch(/OOM\.$/);
    await redis.client.config('SET', 'maxmemory', '0');
    await Promise.all(own.map(({ by }) => by.close()));
    expect(await contents()).toEqual(before);
    expect(await answered(() => replica.operations.finish(id, 'a', 'SUCCEEDED', '{}'))).toBe(true);
  });

  it('holds something else under its keys says so, and nothing of what that is', async () => {
    for (const answer of askAll(replica)) await answer;
    for (const name of await redis.client.keys('*:ledger:*')) {
      await redis.client.del(name);
      await redis.client.set(name, 'text');
    }
    const { operations, sessionIndex } = replica;
    const messages = await refusals([
      operations.begin(newOperation(), leaseOf('a')),
      operations.takeLeft(leaseOf('a'), 1),
      operations.claimedBy('FLEXPRICE', 'cs_1'),
      sessionIndex.learn(session),
    ]);
    expect(messages[3]).toBe(
      'The ledger cannot remember a session: expected REDIS_URL to lead to a Redis that holds nothing but the ' +
        "gateway's own under its keys, got: WRONGTYPE as a reply.",
    );
    expect(replica.link.isUp).toBe(true);
  });

  it('was closed fails', async () => {
    await replica.close();
    for (const message of await refusals(askAll(replica))) expect(message).toContain('got: it was closed');
  });
});
