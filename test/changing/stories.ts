import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { FaultSpec, Sandbox } from '../../sandbox/index.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { type Ask, type Case, isKnown, send, stateOf, WAYS, type Way } from './cases.ts';
import { type KillableGateway, startKillable } from './killable.ts';
import type { LedgerUnderTest, OpenLedger } from './ledger-under-test.ts';
import { startDoor } from './outage.ts';
import { judgeAll, openStory, policyOf, type Story, sendAll, settleAll, strike } from './story.ts';

export type Fault = Omit<FaultSpec, 'provider'>;

const patienceFor = ({ kind }: Fault): number => (kind === 'hang' || kind === 'delay' ? 700 : 3000);

/** An answer that comes when there has been time to do something to whom it is for. */
const ANSWERED_AFTER_MS = 1500;
const SLOW: Fault = { kind: 'delay', delayMs: ANSWERED_AFTER_MS, when: 'after' };

/** @param persists whether every call meets the fault until it is over, or only the first attempt of each change */
export const faultStory = (openLedger: OpenLedger, fault: Fault, persists: boolean): Promise<Case[]> =>
  told(openLedger, persists ? WAYS : ['RETRY'], async (story) => {
    const { sandbox, addresses, ledger } = story;
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const upstreamPolicy = policyOf(patienceFor(fault));
    const gateway = await startTestGateway({ providers: addresses, ...ledger.settings, upstreamPolicy, now });
    strike(sandbox, fault, persists ? undefined : 1);
    await sendAll(story, gateway.ask);
    sandbox.control.clearFaults();
    await settleAll(story, gateway.ask, (ms) => (aheadMs += ms));
    await judgeAll(story, gateway.ask);
    await gateway.stop();
  });

/** Connections are refused: nothing was sent, and everybody knows. Later the same keys do it. */
export const refusedStory = (openLedger: OpenLedger): Promise<Case[]> =>
  told(openLedger, ['RETRY'], async (story) => {
    const { FLEXPRICE, METEROID, FLEX } = story.addresses;
    const doors = await Promise.all([FLEXPRICE, METEROID, FLEX].map(startDoor));
    const [flexprice, meteroid, flex] = doors.map(({ address }) => address);
    if (!flexprice || !meteroid || !flex) throw new Error('There are three doors.');
    const gateway = await startTestGateway({
      providers: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex },
      ...story.ledger.settings,
      upstreamPolicy: policyOf(8000),
    });
    await Promise.all(doors.map((door) => door.shut()));
    await sendAll(story, gateway.ask);
    expect(story.cases.map(({ first }) => first)).toEqual(story.cases.map(() => 'FAILURE'));
    await judgeAll(story, gateway.ask);
    await Promise.all(doors.map((door) => door.open()));
    for (const one of story.cases) one.first = await send(one, gateway.ask);
    expect(story.cases.map(({ first }) => first)).toEqual(story.cases.map(() => 'SUCCESS'));
    await judgeAll(story, gateway.ask);
    await gateway.stop();
    await Promise.all(doors.map((door) => door.shut()));
  });

/** What has happened cannot be written down; the client learns it all the same. */
export const unwrittenStory = (openLedger: OpenLedger): Promise<Case[]> =>
  told(openLedger, WAYS, async (story) => {
    const { sandbox, addresses, ledger } = story;
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const upstreamPolicy = policyOf(5000);
    const gateway = await startTestGateway({ providers: addresses, ...ledger.settings, upstreamPolicy, now });
    strike(sandbox, SLOW, WAYS.length);
    const sent = sendAll(story, gateway.ask);
    await untilAllCame(story);
    const release = await ledger.loseWrites();
    await sent;
    await release();
    await untilUsable(gateway.ask);
    expect(story.cases.map(({ first }) => first)).toEqual(story.cases.map(() => 'SUCCESS'));
    expect(story.cases.map(({ operation, key }) => operation.effects(sandbox, key))).toEqual(story.cases.map(() => 1));
    await statesOf(story);
    // Their leases run out first.
    for (const one of story.cases) one.first = 'UNKNOWN';
    await settleAll(story, gateway.ask, (ms) => (aheadMs += ms));
    await judgeAll(story, gateway.ask);
    await gateway.stop();
  });

export type KillPoint = 'before the effect' | 'after the effect' | 'before the record' | 'together with the ledger';

const KILLED_IN: Record<KillPoint, Fault> = {
  'before the effect': { kind: 'hang' },
  'after the effect': { kind: 'hang', when: 'after' },
  'before the record': SLOW,
  'together with the ledger': { kind: 'hang', when: 'after' },
};

/** `kill -9` while every change is at that point, and another process on the same ledger. */
export const killStory = (openLedger: OpenLedger, point: KillPoint): Promise<Case[]> =>
  told(openLedger, WAYS, async (story) => {
    const { sandbox, addresses: providers, ledger } = story;
    const settings = { providers, ...ledger.settings, upstreamPolicy: policyOf(5000) };
    const killed = await startKillable(settings);
    strike(sandbox, KILLED_IN[point], WAYS.length);
    const sent = sendAll(story, killed.ask);
    await untilAllCame(story);
    await KILLS[point](killed, ledger);
    await sent;
    expect((await statesOf(story)).every(isKnown)).toBe(false);
    // A ledger that does not answer may be given up before the gateway is killed: the client knows, and nobody else.
    for (const one of story.cases) if (one.first === 'SUCCESS') one.first = 'UNKNOWN';
    expect(story.cases.map(({ first }) => first)).not.toContain('FAILURE');
    sandbox.control.clearFaults();
    const next = await startKillable(settings);
    await untilUsable(next.ask);
    await settleAll(story, next.ask, next.jump);
    await judgeAll(story, next.ask);
    await next.kill();
  });

type Kill = (gateway: KillableGateway, ledger: LedgerUnderTest) => Promise<void>;

/** How long nothing can be written before the answers come, and after: hardly anybody gives up writing in that time. */
const [HELD_BEFORE_MS, HELD_AFTER_MS] = [300, 50];

const KILLS: Record<KillPoint, Kill> = {
  'before the effect': (gateway) => gateway.kill(),
  'after the effect': (gateway) => gateway.kill(),
  // The gateway has its answers, is writing them down, and does not live to see the end of it.
  'before the record': async (gateway, ledger) => {
    await sleep(ANSWERED_AFTER_MS - HELD_BEFORE_MS);
    const release = await ledger.holdWrites();
    await sleep(HELD_BEFORE_MS + HELD_AFTER_MS);
    await gateway.kill();
    await release();
  },
  'together with the ledger': async (gateway, ledger) => {
    const [release] = await Promise.all([ledger.loseWrites(), gateway.kill()]);
    await release();
  },
};

async function told(
  openLedger: OpenLedger,
  ways: readonly Way[],
  tell: (story: Story) => Promise<void>,
): Promise<Case[]> {
  const story = await openStory(ways, openLedger);
  try {
    await tell(story);
    return story.cases;
  } finally {
    await story.close();
  }
}

const sentTo = ({ control }: Sandbox): number => control.calls().filter(({ method }) => method !== 'GET').length;

async function untilAllCame({ sandbox, cases }: Story): Promise<void> {
  while (sentTo(sandbox) < cases.length) await sleep(20);
}

const USABLE_WITHIN_MS = 20_000;

/** A gateway finds out in a while that its ledger is back. */
async function untilUsable(ask: Ask): Promise<void> {
  const end = performance.now() + USABLE_WITHIN_MS;
  for (;;) {
    try {
      await stateOf('of nobody', ask);
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(50);
    }
  }
}

/** What stands in the ledger now. Nothing that was begun is lost, whatever has happened to it. */
async function statesOf({ cases, ledger }: Story): Promise<(string | undefined)[]> {
  const states = await Promise.all(cases.map(({ key }) => ledger.stateOf(key)));
  expect(states).not.toContain(undefined);
  return states;
}
