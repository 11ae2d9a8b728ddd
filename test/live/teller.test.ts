import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import type { SessionStatus } from '../../src/checkout/status.ts';
import { openLedger } from '../../src/ledger/sqlite/open-ledger.ts';
import type { ToldStates } from '../../src/ledger/told-states.ts';
import type { Broker, ChangeNotice } from '../../src/live/broker.ts';
import { contentOf } from '../../src/live/content.ts';
import { createTeller, type Teller } from '../../src/live/teller.ts';
import { at, indexed, sessionOf } from '../ledger/sessions.ts';

const LIFE: readonly SessionStatus[] = ['OPEN', 'OPEN', 'PROCESSING', 'CANCELED', 'COMPLETED', 'COMPLETED'];
const VERSIONS = LIFE.map(
  (status, number): CheckoutSession => ({
    ...sessionOf(indexed('cs_1', { status })),
    updatedAt: at(number * 1000),
    paymentId: `pay_${number}`,
  }),
);
const numberOf = (content: string): number => VERSIONS.findIndex((version) => contentOf(version) === content);
const versionAt = (number: number): CheckoutSession => VERSIONS[number] as CheckoutSession;

type Writing = { number: number; at?: number };

type World = {
  /** As one replica has it. */
  teller(): Teller;
  notices: ChangeNotice[];
  /** States that were written, in their order. */
  writings: Writing[];
  /** The next so many notices do not reach the other replicas. */
  failing: number;
  /** What lies in the ledger. */
  states: Pick<ToldStates, 'replace'>;
};

/** Tellers over one ledger. @param pause before each of their steps */
async function withWorld(use: (world: World) => Promise<void>, pause: () => Promise<void> = async () => {}) {
  let time = 0;
  const ledger = await openLedger({ directory: null, accounts: { FLEXPRICE: 'one' }, now: () => time });
  const { toldStates } = ledger;
  const states: ToldStates = {
    read: (key) => pause().then(() => toldStates.read(key)),
    async replace(key, text, revision) {
      await pause();
      const isWritten = await toldStates.replace(key, text, revision);
      const { content, untold } = JSON.parse(text) as { content: string; untold?: { at: number } };
      if (isWritten) world.writings.push({ number: numberOf(content), ...(untold && { at: untold.at }) });
      return isWritten;
    },
  };
  const broker: Pick<Broker, 'publish'> = {
    async publish(notice) {
      await pause();
      if (world.failing-- > 0) throw new Error('away');
      world.notices.push(notice);
    },
  };
  const world: World = {
    teller: () => createTeller({ states, broker: broker as Broker, now: () => time++ }),
    notices: [],
    writings: [],
    failing: 0,
    states: toldStates,
  };
  await use(world).finally(() => ledger.close());
}

const number = fc.integer({ min: 0, max: VERSIONS.length - 1 });

describe('what tellers tell', () => {
  it('one after the other: each that is news once, with the status that was told before', async () => {
    const step = fc.record({ number, fails: fc.boolean(), isShown: fc.boolean() });
    const run = (steps: readonly { number: number; fails: boolean; isShown: boolean }[]) =>
      withWorld(async (world) => {
        let [known, told]: [number, SessionStatus | null] = [-1, null];
        let isUntold = false;
        for (const { number: next, fails, isShown } of steps) {
          const before = world.notices.length;
          if (isShown) {
            await world.teller().shown(versionAt(next));
            if (known < 0) [known, told] = [next, LIFE[next] ?? null];
            expect(world.notices).toHaveLength(before);
            continue;
          }
          world.failing = fails ? 1 : 0;
          const isNews = next > known || (next === known && isUntold);
          const telling = world.teller().tell(versionAt(next), 'WEBHOOK');
          // What lies behind has what is still to be told be told, too.
          await (fails && (isNews || isUntold) ? expect(telling).rejects.toThrow('away') : telling);
          if (next > known) [known, isUntold] = [next, true];
          if (fails || !isUntold) expect(world.notices).toHaveLength(before);
          else {
            expect(world.notices.slice(before)).toEqual([expect.objectContaining({ previousStatus: told })]);
            [told, isUntold] = [LIFE[known] ?? null, false];
          }
        }
      });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), run), { numRuns: 150 });
  });

  it('at one time: nothing goes back, and what is news last is told, whoever fails at telling', async () => {
    const run = (scheduler: fc.Scheduler, numbers: readonly number[], failures: number) =>
      withWorld(
        async (world) => {
          world.failing = failures;
          const tellings = numbers.map((each) => world.teller().tell(versionAt(each), 'WEBHOOK'));
          await scheduler.waitFor(Promise.allSettled(tellings));
          const newest = Math.max(...numbers);
          const written = world.writings.map((writing) => writing.number);
          expect(written).toEqual([...written].sort((a, b) => a - b));
          expect(written.at(-1)).toBe(newest);
          const latest = world.writings.findLast((writing) => writing.at !== undefined)?.at;
          world.failing = 0;
          await scheduler.waitFor(world.teller().tell(versionAt(newest), 'POLL'));
          expect(world.notices.map((notice) => notice.at)).toContain(latest);
          // Two may tell the same: then it is the same to the letter, and who is told knows it already.
          for (const same of Map.groupBy(world.notices, (notice) => notice.at).values()) {
            expect(new Set(same.map((notice) => JSON.stringify(notice))).size).toBe(1);
          }
          const count = world.notices.length;
          await scheduler.waitFor(Promise.all(numbers.map((each) => world.teller().tell(versionAt(each), 'WEBHOOK'))));
          expect(world.notices).toHaveLength(count);
        },
        () => scheduler.schedule(Promise.resolve()),
      );
    const numbers = fc.array(number, { minLength: 1, maxLength: 6 });
    await fc.assert(fc.asyncProperty(fc.scheduler(), numbers, fc.integer({ min: 0, max: 3 }), run), { numRuns: 150 });
  });
});

it('one that may not have changed is told of only if it was told of before', () =>
  withWorld(async ({ teller, notices }) => {
    await teller().tellIfKnown(versionAt(4), 'WEBHOOK');
    expect(notices).toEqual([]);
    await teller().shown(versionAt(0));
    await teller().tellIfKnown(versionAt(4), 'WEBHOOK');
    expect(notices).toMatchObject([{ previousStatus: 'OPEN', trigger: 'WEBHOOK' }]);
  }));

it('what was seen before is told where nothing was told', () =>
  withWorld(async ({ teller, notices }) => {
    await teller().tell(versionAt(4), 'POLL', 'PROCESSING');
    expect(notices).toMatchObject([{ previousStatus: 'PROCESSING', trigger: 'POLL' }]);
  }));

it.each(['not JSON', 'null', '{}'])('what nobody can have written there, %s, is written anew', (garbage) =>
  withWorld(async ({ teller, notices, states }) => {
    await states.replace(versionAt(0), garbage, null);
    await teller().tell(versionAt(1), 'WEBHOOK');
    await teller().tell(versionAt(1), 'WEBHOOK');
    expect(notices).toMatchObject([{ previousStatus: null, trigger: 'WEBHOOK' }]);
  }),
);
