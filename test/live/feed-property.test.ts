import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChangeNotice } from '../../src/live/broker.ts';
import { type FeedItem, SlowConsumer } from '../../src/live/feed.ts';
import { notice } from './broker-rig.ts';
import { feedRig } from './feed-rig.ts';

const LIMIT = 3;
const STATUSES = ['OPEN', 'PROCESSING', 'COMPLETED', null] as const;

type Step = { do: 'tell'; id: string; previousStatus: ChangeNotice['previousStatus'] } | { do: 'gap' } | { do: 'take' };

const tell = fc.record({
  do: fc.constant('tell' as const),
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  previousStatus: fc.constantFrom(...STATUSES),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: tell },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('gap' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
);

/** The same in the plainest way: a list that is searched. */
class Model {
  waiting: FeedItem[] = [];
  isOver = false;

  tell(next: ChangeNotice): void {
    if (this.isOver) return;
    const index = this.waiting.findIndex((item) => item.is === 'CHANGE' && item.notice.providerId === next.providerId);
    const before = this.waiting[index];
    if (before?.is === 'CHANGE') {
      this.waiting[index] = { is: 'CHANGE', notice: { ...next, previousStatus: before.notice.previousStatus } };
      return;
    }
    this.waiting.push({ is: 'CHANGE', notice: next });
    this.isOver = this.waiting.filter(({ is }) => is === 'CHANGE').length > LIMIT;
  }

  gap(): void {
    if (!this.isOver && !this.waiting.some(({ is }) => is === 'GAP')) this.waiting.push({ is: 'GAP' });
  }
}

it('what waits is one for each session, within the bound, whatever comes and whenever it is taken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const rig = feedRig(LIMIT);
      const model = new Model();
      const changes = rig.feed.subscribe({ sessions: 'ALL' });
      for (const [at, each] of steps.entries()) {
        if (each.do === 'gap') {
          rig.gap();
          model.gap();
        } else if (each.do === 'tell') {
          const next = notice(each.id, { previousStatus: each.previousStatus, at });
          rig.tell(each.id, next);
          model.tell(next);
        } else if (model.isOver) {
          break;
        } else if (model.waiting.length > 0) {
          expect(await changes.next()).toEqual({ done: false, value: model.waiting.shift() });
        }
      }
      if (model.isOver) await expect(changes.next()).rejects.toThrow(SlowConsumer);
      else for (const item of model.waiting) expect((await changes.next()).value).toEqual(item);
      expect(rig.feed.size).toBe(model.isOver ? 0 : 1);
    }),
    { numRuns: 1000 },
  );
});

it('each subscriber gets of its sessions what one alone would get, in whichever order they come and go', async () => {
  const ids = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd'));
  const comings = fc.array(fc.record({ ids, from: fc.nat(20), to: fc.nat(30) }), { maxLength: 8 });
  const told = fc.array(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e'), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(comings, told, async (subscribers, notices) => {
      const { feed, tell: send } = feedRig();
      const open = new Map<(typeof subscribers)[number], ReturnType<typeof feed.subscribe>>();
      for (let at = 0; at <= 30; at++) {
        for (const each of subscribers) {
          const sessions = each.ids.map((providerId) => ({ provider: 'FLEX' as const, providerId }));
          if (each.from === at) open.set(each, feed.subscribe({ sessions }));
          if (each.to === at) await open.get(each)?.return?.();
        }
        const id = notices[at];
        if (id !== undefined) send(id, { at });
      }
      for (const [{ ids: own, from, to }, changes] of open) {
        const isOver = to >= from;
        const mine = isOver
          ? []
          : notices.map((id, at) => ({ id, at })).filter((n) => n.at >= from && own.includes(n.id));
        const last = new Map(mine.map(({ id, at }) => [id, at]));
        const values = await Promise.all([...last].map(() => changes.next()));
        expect(
          values.map(({ value }) => (value?.is === 'CHANGE' ? [value.notice.providerId, value.notice.at] : [])),
        ).toEqual([...last]);
        await changes.return?.();
      }
      expect(feed.size).toBe(0);
    }),
    { numRuns: 500 },
  );
});
