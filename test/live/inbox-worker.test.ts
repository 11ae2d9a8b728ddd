import { expect, it, onTestFinished, vi } from 'vitest';
import type { Provider } from '../../src/checkout/provider.ts';
import { openLedger } from '../../src/ledger/sqlite/open-ledger.ts';
import type { Applied } from '../../src/live/apply-event.ts';
import { startInboxWorker } from '../../src/live/inbox-worker.ts';
import { flexpriceWebhook } from '../../src/providers/flexprice/webhook.ts';
import { recordLog } from '../helpers/log.ts';
import { flexpriceEvent } from './deliver.ts';

const FLEXPRICE = { name: 'FLEXPRICE', webhook: flexpriceWebhook } as unknown as Provider;

/** A worker over a ledger in memory, whose time passes when a test says so. */
async function rig(answer: (id: string) => Promise<Applied>) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let time = Date.parse('2026-11-01T12:00:00.000Z');
  const now = () => time;
  const ledger = await openLedger({ directory: null, accounts: { FLEXPRICE: 'one' }, now });
  onTestFinished(() => ledger.close());
  const applied: { id: string; at: number }[] = [];
  const begun = time;
  const start = () =>
    startInboxWorker({
      inbox: ledger.inbox,
      providers: new Map([['FLEXPRICE', FLEXPRICE]]),
      async apply(_, subject) {
        const id = subject.is === 'SESSION' ? subject.providerId : '';
        applied.push({ id, at: time - begun });
        return answer(id);
      },
      log: recordLog().log,
      now,
    });
  return {
    inbox: ledger.inbox,
    applied,
    start,
    receive: (worker: ReturnType<typeof start>, id: string) =>
      worker.receive(FLEXPRICE, `msg_${id}`, flexpriceEvent('completed', id)),
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 500) {
        time += 500;
        await vi.advanceTimersByTimeAsync(500);
      }
    },
  };
}

it('what cannot be applied is tried again, less and less often, until it can', async () => {
  let isDown = true;
  const { applied, start, receive, pass } = await rig(async () => {
    if (isDown) throw new Error('away');
    return 'APPLIED';
  });
  const worker = start();
  expect(await receive(worker, 'a')).toBe('RECORDED');
  expect(await receive(worker, 'a')).toBe('KNOWN');
  await pass(40_000);
  expect(applied.length).toBeGreaterThanOrEqual(5);
  expect(applied.length).toBeLessThanOrEqual(6);
  isDown = false;
  await pass(40_000);
  const { length } = applied;
  await pass(600_000);
  expect(applied).toHaveLength(length);
  await worker.stop();
});

it('a session that never comes is given up after some minutes, and is then no work any more', async () => {
  const { applied, start, receive, pass } = await rig(async () => 'LATER');
  const worker = start();
  await receive(worker, 'a');
  await pass(20 * 60_000);
  expect(applied).toHaveLength(11);
  expect(applied.at(-1)?.at).toBeGreaterThan(5 * 60_000);
  await worker.stop();
});

it('whoever stops leaves what he has not begun to the next, who has all of it applied', async () => {
  const gate = Promise.withResolvers<Applied>();
  const { applied, start, receive, pass } = await rig(() => gate.promise);
  const worker = start();
  const ids = Array.from({ length: 60 }, (_, number) => `cs_${number}`);
  await Promise.all(ids.map((id) => receive(worker, id)));
  const begun = applied.length;
  expect(begun).toBeLessThan(ids.length);
  const stopped = worker.stop();
  gate.resolve('APPLIED');
  await stopped;
  expect(applied).toHaveLength(begun);
  // One that comes while it stops is written down all the same.
  expect(await receive(worker, 'late')).toBe('RECORDED');
  const next = start();
  await pass(30_000);
  expect(applied.map(({ id }) => id).sort()).toEqual([...ids, 'late'].sort());
  await next.stop();
});

it.each(['not JSON', 'null', '{}'])(
  'an event that nobody can have written, %s, does not stand in the way of others',
  async (subject) => {
    const { inbox, applied, start, receive, pass } = await rig(async () => 'APPLIED');
    await inbox.record({ provider: 'FLEXPRICE', eventId: 'garbage', subject }, { owner: 'gone', ms: 0 });
    const worker = start();
    await pass(2000);
    await receive(worker, 'a');
    await pass(2000);
    expect(applied.map(({ id }) => id)).toEqual(['a']);
    expect(await inbox.take({ owner: 'other', ms: 1000 }, 10)).toEqual([]);
    await worker.stop();
  },
);
