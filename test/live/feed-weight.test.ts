import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { feedRig } from './feed-rig.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const COUNT = 10_000;
const session = (index: number) => ({ provider: 'FLEX' as const, providerId: `cs_${index}_0123456789abcdef` });

async function heapBytes(): Promise<number> {
  // What has been settled is freed in the next turn.
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

it('a subscriber that waits takes less than a KiB, and leaves nothing behind', async () => {
  const { feed, tell, gap } = feedRig();
  const before = await heapBytes();
  const open = Array.from({ length: COUNT }, (_, index) => feed.subscribe({ sessions: [session(index)] }));
  const asked = open.map((changes) => changes.next());
  const each = ((await heapBytes()) - before) / COUNT;
  expect(each).toBeLessThan(1024);
  expect(each).toBeGreaterThan(0);
  // Full and emptied once.
  tell(session(0).providerId);
  gap();
  await Promise.all(asked);
  await Promise.all(open.map((changes) => changes.return?.()));
  open.length = 0;
  asked.length = 0;
  expect(feed.size).toBe(0);
  expect(((await heapBytes()) - before) / COUNT).toBeLessThan(50);
});

it('subscribers that come, wait and go leave nothing behind, even while one holds on to what has ended', async () => {
  const { feed, tell } = feedRig();
  const ended: unknown[] = [];
  const round = async () => {
    for (let index = 0; index < COUNT; index++) {
      const changes = feed.subscribe({ sessions: [session(index)], wants: () => true });
      if (index % 2 === 0) tell(session(index).providerId);
      const asked = index % 2 === 0 ? undefined : changes.next();
      await changes.return?.();
      await asked;
      if (index < 10) ended.push(changes);
    }
  };
  await round();
  const before = await heapBytes();
  for (let count = 0; count < 5; count++) await round();
  expect((await heapBytes()) - before).toBeLessThan(1_000_000);
  expect(ended).toHaveLength(60);
});

it('subscribers of other sessions are not asked', () => {
  const { feed, tell } = feedRig();
  let asked = 0;
  const wants = () => {
    asked++;
    return true;
  };
  for (let index = 0; index < COUNT; index++) feed.subscribe({ sessions: [session(index)], wants });
  for (let count = 0; count < 1000; count++) tell(session(7).providerId);
  expect(asked).toBe(1000);
});
