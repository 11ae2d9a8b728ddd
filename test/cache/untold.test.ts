import { expect, it } from 'vitest';
import { type News, Untold } from '../../src/cache/untold.ts';

const version = (stage: number) => ({ updatedAt: null, stage, isArchived: false });

/** Everything that would be told, in its order. */
async function allOf(untold: Untold): Promise<string[]> {
  const told: string[] = [];
  while (!untold.isEmpty) await untold.tell(async ({ drops }) => void told.push(...drops));
  return told;
}

it('gives up the oldest of more than ten thousand', async () => {
  const untold = new Untold();
  expect(untold.drop(Array.from({ length: 10_000 }, (_, index) => `cell ${index}`))).toBe(0);
  expect(untold.drop(['cell 0'])).toBe(0);
  expect(untold.drop(['cell new', 'cell newer'])).toBe(2);
  expect([untold.has('cell 0'), untold.has('cell 1'), untold.has('cell 2'), untold.has('cell 3')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  const told = await allOf(untold);
  expect(told).toHaveLength(10_000);
  expect(told.slice(-3)).toEqual(['cell 0', 'cell new', 'cell newer']);
});

it('keeps what could not be told, and what came meanwhile', async () => {
  const untold = new Untold();
  untold.drop(['a', 'b']);
  untold.show('a', version(1));
  await untold.tell(() => Promise.reject(new Error('away'))).catch(() => undefined);
  expect(untold.has('a')).toBe(true);
  await untold.tell(async () => {
    untold.drop(['a']);
    untold.show('a', version(2));
  });
  expect([untold.has('a'), untold.has('b')]).toEqual([true, false]);
  let last: News | undefined;
  await untold.tell(async (news) => {
    last = news;
  });
  expect(last).toEqual({ drops: ['a'], shown: [['a', version(2)]] });
  expect(untold.isEmpty).toBe(true);
});

it('joins the versions of one session', async () => {
  const untold = new Untold();
  untold.show('a', { updatedAt: '2026-11-02T00:00:00.000Z', stage: 1, isArchived: false });
  untold.show('a', { updatedAt: '2026-11-01T00:00:00.000Z', stage: 3, isArchived: false });
  await untold.tell(async ({ shown }) => {
    expect(shown).toEqual([['a', { updatedAt: '2026-11-02T00:00:00.000Z', stage: 3, isArchived: false }]]);
  });
});
