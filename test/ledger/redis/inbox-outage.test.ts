import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerError } from '../../../src/ledger/ledger.ts';
import { type RedisServer, startRedis } from '../../helpers/redis.ts';
import { type SlowWay, startProxy } from '../../redis/proxy.ts';
import { idsOf, newEvent } from '../inbox/harness.ts';
import { createClock, LEASE_MS, leaseOf } from '../operations/harness.ts';
import { openReplica, type Replica, until } from './rig.ts';

let redis: RedisServer;
let way: SlowWay;
let replica: Replica;
const clock = createClock();
beforeEach(async () => {
  redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  way = await startProxy(redis.port);
  replica = await openReplica(way.url, { now: clock.now, commandTimeoutMs: 200 });
});
afterEach(async () => {
  await replica.close();
  await way.stop();
  await redis.stop();
});

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;

/** All that can be asked. */
const askAll = ({ inbox, toldStates }: Replica): Promise<unknown>[] => [
  inbox.record(newEvent(), leaseOf('a')),
  inbox.take(leaseOf('a'), 10),
  inbox.finish('FLEXPRICE', 'evt_1', 'a'),
  inbox.postpone('FLEXPRICE', 'evt_1', 'a', 1),
  toldStates.read(KEY),
  toldStates.replace(KEY, '1', null),
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

/** All that Redis holds, byte by byte. */
async function contents(): Promise<unknown> {
  const names = (await redis.client.keys('*:ledger:*')).sort();
  return Promise.all(names.map(async (name) => [name, await redis.client.dumpBuffer(name)]));
}

describe('events and what was told, when their Redis', () => {
  it('is away, fail at once, say why, and are all there when Redis is back', async () => {
    const { inbox, toldStates } = replica;
    await inbox.record(newEvent({ eventId: 'left' }), leaseOf('a'));
    await inbox.record(newEvent({ eventId: 'applied' }), leaseOf('a'));
    await inbox.finish('FLEXPRICE', 'applied', 'a');
    await toldStates.replace({ ...KEY, providerId: 'cs_2' }, '"told"', null);
    await redis.kill();
    await until(() => !replica.link.isUp);
    const messages = await refusals(askAll(replica));
    expect(messages[0]).toBe(
      'The ledger cannot record an event: expected REDIS_URL to lead to a Redis that can be read and written within ' +
        'its time, got: Redis is away: connection closed.',
    );
    for (const message of messages) expect(message).toMatch(/^The ledger cannot [a-z ]+: expected REDIS_URL to lead/);
    await redis.restart();
    await until(() => replica.link.isUp);
    for (const eventId of ['left', 'applied']) {
      expect(await inbox.record(newEvent({ eventId }), leaseOf('b'))).toBe(false);
    }
    clock.pass(LEASE_MS);
    expect(idsOf(await inbox.take(leaseOf('b'), 10))).toEqual(['left']);
    expect(await toldStates.read({ ...KEY, providerId: 'cs_2' })).toMatchObject({ text: '"told"' });
    for (const answer of askAll(replica)) await answer;
  });

  it('does not answer in time leave an event that waits for the next', async () => {
    way.delayMs = 1000;
    expect(await refusals([replica.inbox.record(newEvent(), leaseOf('a'))])).toEqual([
      'The ledger cannot record an event: expected REDIS_URL to lead to a Redis that can be read and written within ' +
        'its time, got: Redis could not do it: timeout.',
    ]);
    way.delayMs = 0;
    const other = await openReplica(redis.url, { now: clock.now });
    expect(await other.inbox.record(newEvent(), leaseOf('b'))).toBe(false);
    clock.pass(LEASE_MS);
    expect(idsOf(await other.inbox.take(leaseOf('b'), 10))).toEqual(['evt_1']);
    expect(await answered(() => replica.inbox.finish('FLEXPRICE', 'evt_1', 'a'))).toBe(false);
    await other.close();
  });

  it('is full refuse what would take room, whole', async () => {
    const early = leaseOf('a', 0);
    for (const eventId of ['held', 'old', 'emptied']) await replica.inbox.record(newEvent({ eventId }), early);
    clock.pass(7 * 24 * 3_600_000 - 1);
    await replica.inbox.record(newEvent({ eventId: 'left' }), early);
    await replica.inbox.record(newEvent({ eventId: 'mine' }), leaseOf('a'));
    await replica.toldStates.replace(KEY, '1', null);
    clock.pass(1);
    const before = await contents();
    const writes: ((own: Replica) => Promise<unknown>)[] = [
      ({ inbox }) => inbox.record(newEvent({ eventId: 'new' }), leaseOf('a')),
      ({ inbox }) => inbox.record(newEvent({ eventId: 'new', subject: null }), leaseOf('a')),
      ({ inbox }) => inbox.record(newEvent({ eventId: 'old' }), leaseOf('a')),
      ({ inbox }) => inbox.record(newEvent({ eventId: 'emptied', subject: null }), leaseOf('a')),
      ({ inbox }) => inbox.postpone('FLEXPRICE', 'mine', 'a', 2 * LEASE_MS),
      ({ toldStates }) => toldStates.replace(KEY, '2', 1),
      ({ toldStates }) => toldStates.replace({ ...KEY, providerId: 'cs_2' }, '1', null),
    ];
    // Each over a link of its own: the first refusal is the last that goes over one.
    const own = await Promise.all(
      writes.map(async (write) => ({ write, by: await openReplica(redis.url, { now: clock.now }) })),
    );
    await redis.client.config('SET', 'maxmemory', '1');
    const messages = await refusals(own.map(({ write, by }) => write(by)));
    for (const message of messages) expect(message).toMatch(/OOM\.$/);
    expect(await contents()).toEqual(before);
    // Only what is too old went: it came before that which cannot be taken.
    expect(await refusals([replica.inbox.take(leaseOf('b'), 10)])).toEqual([expect.stringMatching(/OOM\.$/)]);
    await redis.client.config('SET', 'maxmemory', '0');
    await Promise.all(own.map(({ by }) => by.close()));
    expect(idsOf(await answered(() => replica.inbox.take(leaseOf('b'), 10)))).toEqual(['left']);
    expect(await replica.inbox.finish('FLEXPRICE', 'mine', 'a')).toBe(true);
  });

  it('holds something else under their keys say so, and nothing of what that is', async () => {
    for (const answer of askAll(replica)) await answer;
    for (const name of await redis.client.keys('*:ledger:*')) {
      await redis.client.del(name);
      await redis.client.set(name, 'text');
    }
    const messages = await refusals(askAll(replica).toSpliced(1, 1));
    for (const message of messages) expect(message).toContain("the gateway's own under its keys, got: WRONGTYPE as");
    expect(replica.link.isUp).toBe(true);
  });

  it('was closed fail', async () => {
    await replica.close();
    for (const message of await refusals(askAll(replica))) expect(message).toContain('got: it was closed');
  });
});
