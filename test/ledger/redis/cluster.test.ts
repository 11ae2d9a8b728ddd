import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import { LedgerError } from '../../../src/ledger/ledger.ts';
import { type RedisCluster, startRedisCluster } from '../../helpers/redis-cluster.ts';
import { leaseOf, newOperation, scopeOf } from '../operations/harness.ts';
import { indexed, sessionOf } from '../sessions.ts';
import { openReplica, until } from './rig.ts';

/** What came of something that a slot under way may stop. */
const attempt = <T>(work: Promise<T>): Promise<T | LedgerError> =>
  work.catch((error: unknown) => {
    if (error instanceof LedgerError) return error;
    throw error;
  });

/** The slots of one master in which there is anything, each moved to another master. */
async function moveAll({ nodes, migrateSlot }: RedisCluster): Promise<number> {
  const [from, to] = nodes;
  if (!from || !to) throw new Error('There are no nodes.');
  const keys = await from.client.keys('*:ledger:*');
  const slots = new Set(await Promise.all(keys.map((key) => from.client.cluster('KEYSLOT', key))));
  for (const slot of slots) {
    await migrateSlot(slot, from, to);
    await sleep(50);
  }
  return slots.size;
}

it('goes on while slots move: nothing begins twice and nothing is lost', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: 3 });
  onTestFinished(cluster.stop);
  const [one, two] = await Promise.all([openReplica(cluster.urls), openReplica(cluster.urls)]);
  onTestFinished(async () => void (await Promise.all([one.close(), two.close()])));

  const learned = new Set<string>();
  const begun = new Set<string>();
  let rounds = 0;
  const round = async () => {
    const number = rounds++;
    const id = `cs_${number}`;
    if (!((await attempt(one.sessionIndex.learn(sessionOf(indexed(id))))) instanceof LedgerError)) learned.add(id);
    const operation = newOperation({ scope: scopeOf({ idempotencyKey: `k${number}` }) });
    const both = await Promise.all(
      [one, two].map(({ operations }, index) => attempt(operations.begin(operation, leaseOf(`owner-${index}`)))),
    );
    const answers = both.flatMap((answer) => (answer instanceof LedgerError ? [] : [answer]));
    expect(answers.filter(({ is }) => is === 'STARTED').length).toBeLessThanOrEqual(1);
    if (answers.length > 0) begun.add(operation.scope.idempotencyKey);
  };
  for (let index = 0; index < 100; index++) await round();
  let isMoving = true;
  const moved = moveAll(cluster).finally(() => {
    isMoving = false;
  });
  while (isMoving) await round();
  expect(await moved).toBeGreaterThan(1);

  await until(() => one.link.isUp && two.link.isUp);
  const before = begun.size;
  for (let index = 0; index < 100; index++) await round();
  expect(begun.size).toBe(before + 100);
  for (const idempotencyKey of begun) {
    const again = await two.operations.begin(newOperation({ scope: scopeOf({ idempotencyKey }) }), leaseOf('late'));
    expect(again.is).toBe('BUSY');
  }
  const page = await two.sessionIndex.page({
    ...{ provider: 'FLEXPRICE', filter: NO_FILTER, direction: 'older', from: null },
    limit: rounds,
  });
  expect(await one.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(page.length);
  const listed = new Set(page.map(({ providerId }) => providerId));
  expect([...learned].filter((id) => !listed.has(id))).toEqual([]);
});
