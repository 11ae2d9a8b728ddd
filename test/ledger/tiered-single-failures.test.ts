import { afterEach, beforeEach, expect, it } from 'vitest';
import { LedgerError } from '../../src/ledger/ledger.ts';
import { createCaller } from '../../src/ledger/redis/caller.ts';
import { createRedisSessionIndex } from '../../src/ledger/redis/session-index.ts';
import type { SharedSessionIndex } from '../../src/ledger/session-index.ts';
import { openLedger } from '../../src/ledger/sqlite/open-ledger.ts';
import { createTieredSessionIndex, type TieredSessionIndex } from '../../src/ledger/tiered-session-index.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { ACCOUNTS, openReplica, type Replica, until } from './redis/rig.ts';
import { indexed, START } from './sessions.ts';
import { idsIn, learn, stateIn } from './tiered-rig.ts';

/** Commands that fail although Redis is there: what is asked of it by the names in `failing`. */
let failing: (keyof SharedSessionIndex)[];
let redis: RedisServer;
let replica: Replica;
let index: TieredSessionIndex;
let lines: string[];
let close: () => Promise<void>;

beforeEach(async () => {
  failing = [];
  redis = await startRedis();
  replica = await openReplica(redis.url);
  const { link } = replica;
  const now = () => START;
  const own = await openLedger({ directory: null, accounts: ACCOUNTS, now });
  const whole = createRedisSessionIndex(createCaller(link, ACCOUNTS), now);
  const unless = async <T>(name: keyof SharedSessionIndex, work: () => Promise<T>): Promise<T> => {
    if (failing.includes(name)) throw new LedgerError('Redis could not do it.');
    return work();
  };
  const shared: SharedSessionIndex = {
    learn: (session) => unless('learn', () => whole.learn(session)),
    missing: (key) => unless('missing', () => whole.missing(key)),
    page: (request) => unless('page', () => whole.page(request)),
    count: (provider, filter) => unless('count', () => whole.count(provider, filter)),
    merge: (sessions, areNews) => unless('merge', () => whole.merge(sessions, areNews)),
    mark: () => unless('mark', () => whole.mark()),
  };
  const recorded = recordLog();
  lines = recorded.lines;
  index = createTieredSessionIndex({ own: own.sessionIndex, shared, link, log: recorded.log });
  close = async () => {
    await index.close();
    await own.close();
  };
});
afterEach(async () => {
  await close();
  await replica.close();
  await redis.stop();
});

const inRedis = () => idsIn(replica.sessionIndex);
const warnings = () => lines.filter((line) => JSON.parse(line).level >= 40);

it('what a single command failed to tell is listed here at once, and by the others soon', async () => {
  failing = ['learn', 'missing'];
  await learn(index, indexed('a'), indexed('b'));
  await index.missing({ provider: 'FLEXPRICE', providerId: 'b' });
  expect(await idsIn(index)).toEqual(['a']);
  await until(async () => (await inRedis()).join() === 'a');
  expect(warnings()).toEqual([]);
});

it('what was told since is not undone by what was to be told before', async () => {
  await learn(index, indexed('a'));
  failing = ['missing', 'merge'];
  await index.missing({ provider: 'FLEXPRICE', providerId: 'a' });
  await learn(index, indexed('a'));
  failing = [];
  await learn(index, indexed('b', { status: 'EXPIRED' }));
  failing = ['learn'];
  await learn(index, indexed('b', { status: 'COMPLETED' }));
  await until(async () => (await stateIn(replica.sessionIndex, 'b'))?.status === 'COMPLETED');
  expect(await inRedis()).toEqual(['b', 'a']);
});

it('a single page that fails is read here, and is no news; the second in a row is', async () => {
  await learn(index, indexed('a'));
  failing = ['page'];
  expect(await idsIn(index)).toEqual(['a']);
  failing = [];
  expect(await idsIn(index)).toEqual(['a']);
  expect(warnings()).toEqual([]);
  failing = ['page'];
  for (let time = 0; time < 3; time++) expect(await idsIn(index)).toEqual(['a']);
  expect(warnings()).toHaveLength(1);
});
