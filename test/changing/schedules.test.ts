import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultSpec } from '../../sandbox/index.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { OPERATIONS, type OperationUnderTest } from './operations.ts';
import { change, operationOf } from './rig.ts';
import { openStory, PROVIDERS, policyOf, type Story } from './story.ts';
import { payloadOf, type Verdict, verdictOf } from './verdict.ts';

// Several keys, requests at any time, trouble of every kind in between, and clients that come back.

type Fault = Omit<FaultSpec, 'provider'>;
type Step = { key: number; times: number; fault: Fault | null; pauseMs: number };
type Schedule = { operations: number[]; steps: Step[] };

/** One key: its change, and what clients were told. */
type Under = {
  operation: OperationUnderTest;
  id: string;
  input: Record<string, unknown>;
  told: { verdict: Verdict; sessionId: string | undefined }[];
};

const KEYS = 5;

const fault: fc.Arbitrary<Fault> = fc
  .record({
    kind: fc.constantFrom('reset', 'hang', 'delay', 'truncate'),
    when: fc.constantFrom('before', 'after'),
    delayMs: fc.constantFrom(30, 900),
    times: fc.constantFrom(1, 3),
  })
  .map(
    ({ delayMs, kind, when, times }): Fault => ({
      kind,
      times,
      ...(kind === 'delay' && { delayMs }),
      ...(kind !== 'truncate' && { when }),
    }),
  );
const status: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constant('status'),
  status: fc.constantFrom(500, 502, 503, 408),
  when: fc.constantFrom('before', 'after'),
  times: fc.constantFrom(1, 3),
});
const refusal: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constant('status'),
  status: fc.constantFrom(401, 429),
  times: fc.constant(1),
});
const garbled: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constant('body'),
  body: fc.constantFrom('<html>', '{}', ''),
  when: fc.constantFrom('before', 'after'),
  times: fc.constantFrom(1, 2),
});

const schedule: fc.Arbitrary<Schedule> = fc.record({
  operations: fc.array(fc.nat(OPERATIONS.length - 1), { minLength: KEYS, maxLength: KEYS }),
  steps: fc.array(
    fc.record({
      key: fc.nat(KEYS - 1),
      times: fc.integer({ min: 1, max: 4 }),
      fault: fc.option(fc.oneof(fault, status, refusal, garbled), { freq: 4 }),
      pauseMs: fc.constantFrom(0, 0, 10, 100, 700),
    }),
    { minLength: 3, maxLength: 12 },
  ),
});

let story: Story;
let gateway: TestGateway;
let aheadMs = 0;
let runs = 0;

beforeAll(async () => {
  story = await openStory([]);
  const now = () => Date.now() + aheadMs;
  gateway = await startTestGateway({
    providers: story.addresses,
    upstreamPolicy: policyOf(500),
    now,
    cacheMemoryMiB: 16,
  });
});
afterAll(async () => {
  await gateway.stop();
  await story.close();
});

async function request(under: Under): Promise<Verdict> {
  const answer = await change(gateway, under.operation, under.input, under.id);
  const verdict = verdictOf(answer);
  under.told.push({ verdict, sessionId: payloadOf(answer)?.checkoutSession?.providerId });
  return verdict;
}

async function play({ operations, steps }: Schedule): Promise<Under[]> {
  runs += 1;
  const unders = operations.map((index, key): Under => {
    const operation = OPERATIONS[index] as OperationUnderTest;
    const id = `r${runs}k${key}z`;
    return { operation, id, input: operation.input(story.sandbox, id), told: [] };
  });
  const requests: Promise<Verdict>[] = [];
  for (const step of steps) {
    const under = unders[step.key] as Under;
    if (step.fault) story.sandbox.control.fault({ provider: under.operation.provider, ...step.fault });
    for (let time = 0; time < step.times; time++) requests.push(request(under));
    await sleep(step.pauseMs);
  }
  await Promise.all(requests);
  story.sandbox.control.clearFaults();
  return unders.filter(({ told }) => told.length > 0);
}

/** When all trouble is over: clients come back until they know. */
async function comeBack(unders: readonly Under[], patienceMs: number): Promise<Under[]> {
  const end = performance.now() + patienceMs;
  let open = [...unders];
  while (open.length > 0 && performance.now() < end) {
    const verdicts = await Promise.all(open.map(request));
    open = open.filter((_, index) => verdicts[index] !== 'SUCCESS');
    if (open.length > 0) await sleep(200);
  }
  return open;
}

async function jump(): Promise<void> {
  // What was ordered to come late has come.
  await sleep(1000);
  story.sandbox.control.advance({ seconds: 61 });
  aheadMs += 61_000;
}

async function judge({ operation, id, told }: Under, isOpen: boolean): Promise<void> {
  const effects = operation.effects(story.sandbox, id);
  const context = JSON.stringify({ operation: operation.name, id, told, effects });
  expect(effects, context).toBeLessThanOrEqual(1);
  const successes = told.filter(({ verdict }) => verdict === 'SUCCESS');
  if (successes.length > 0) expect(effects, context).toBe(1);
  const ids = successes.map(({ sessionId }) => sessionId).filter((sessionId) => sessionId !== undefined);
  expect(new Set(ids).size, context).toBeLessThanOrEqual(1);
  const state = (await operationOf(gateway, id))?.state;
  if (isOpen) expect([operation.name, state], context).toEqual(['flexprice create', 'UNKNOWN']);
  else expect(state, context).toBe('SUCCEEDED');
}

it('whatever happens in whatever order, a key is one change', { timeout: 110_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (given) => {
      const unders = await play(given);
      let open = await comeBack(unders, 4000);
      if (open.length > 0) {
        await jump();
        open = await comeBack(open, 5000);
      }
      for (const under of unders) await judge(under, open.includes(under));
      for (const provider of PROVIDERS) {
        for (const { idempotencyKey, count } of story.sandbox.control.effects({ provider })) {
          if (idempotencyKey) expect(count).toBe(1);
        }
      }
    }),
    { numRuns: 12, interruptAfterTimeLimit: 70_000, endOnFailure: true },
  );
  expect(runs).toBeGreaterThan(3);
});
