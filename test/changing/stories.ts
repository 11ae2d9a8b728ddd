import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { FaultSpec, Sandbox } from '../../sandbox/index.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { type Case, send, WAYS, type Way } from './cases.ts';
import { startKillable } from './killable.ts';
import { startDoor } from './outage.ts';
import { judgeAll, openStory, policyOf, type Story, sendAll, settleAll, strike } from './story.ts';

export type Fault = Omit<FaultSpec, 'provider'>;

const patienceFor = ({ kind }: Fault): number => (kind === 'hang' || kind === 'delay' ? 700 : 3000);

/** @param persists whether every call meets the fault until it is over, or only the first attempt of each change */
export const faultStory = (fault: Fault, persists: boolean): Promise<Case[]> =>
  told(persists ? WAYS : ['RETRY'], async (story) => {
    const { sandbox, addresses, dataDir } = story;
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const upstreamPolicy = policyOf(patienceFor(fault));
    const gateway = await startTestGateway({ providers: addresses, dataDir, upstreamPolicy, now });
    strike(sandbox, fault, persists ? undefined : 1);
    await sendAll(story, gateway.ask);
    sandbox.control.clearFaults();
    await settleAll(story, gateway.ask, (ms) => (aheadMs += ms));
    await judgeAll(story, gateway.ask);
    await gateway.stop();
  });

/** Connections are refused: nothing was sent, and everybody knows. Later the same keys do it. */
export const refusedStory = (): Promise<Case[]> =>
  told(['RETRY'], async (story) => {
    const { FLEXPRICE, METEROID, FLEX } = story.addresses;
    const doors = await Promise.all([FLEXPRICE, METEROID, FLEX].map(startDoor));
    const [flexprice, meteroid, flex] = doors.map(({ address }) => address);
    if (!flexprice || !meteroid || !flex) throw new Error('There are three doors.');
    const gateway = await startTestGateway({
      providers: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex },
      dataDir: story.dataDir,
      upstreamPolicy: policyOf(3000),
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
export const unwrittenStory = (): Promise<Case[]> =>
  told(WAYS, async (story) => {
    const { sandbox, addresses, dataDir } = story;
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const gateway = await startTestGateway({ providers: addresses, dataDir, upstreamPolicy: policyOf(5000), now });
    strike(sandbox, { kind: 'delay', delayMs: 1500, when: 'after' }, WAYS.length);
    const sent = sendAll(story, gateway.ask);
    await untilAllCame(story);
    const database = new DatabaseSync(join(dataDir, 'ledger.sqlite'), { timeout: 2000 });
    database.exec('ALTER TABLE operation RENAME TO elsewhere');
    await sent;
    database.exec('ALTER TABLE elsewhere RENAME TO operation');
    database.close();
    expect(story.cases.map(({ first }) => first)).toEqual(story.cases.map(() => 'SUCCESS'));
    expect(story.cases.map(({ operation, key }) => operation.effects(sandbox, key))).toEqual(story.cases.map(() => 1));
    // Their leases run out first.
    for (const one of story.cases) one.first = 'UNKNOWN';
    await settleAll(story, gateway.ask, (ms) => (aheadMs += ms));
    await judgeAll(story, gateway.ask);
    await gateway.stop();
  });

export type KillPoint = 'before the effect' | 'after the effect' | 'before the record';

const KILLED_IN: Record<KillPoint, Fault> = {
  'before the effect': { kind: 'hang' },
  'after the effect': { kind: 'hang', when: 'after' },
  'before the record': { kind: 'delay', delayMs: 1500, when: 'after' },
};

/** `kill -9` while every change is at that point, and another process on the same ledger. */
export const killStory = (point: KillPoint): Promise<Case[]> =>
  told(WAYS, async (story) => {
    const { sandbox, addresses: providers, dataDir } = story;
    const settings = { providers, dataDir, upstreamPolicy: policyOf(5000) };
    const killed = await startKillable(settings);
    strike(sandbox, KILLED_IN[point], WAYS.length);
    const sent = sendAll(story, killed.ask);
    await untilAllCame(story);
    if (point === 'before the record') {
      // Another process is writing: the gateway's own has to wait, and does not live to see the end of it.
      const database = new DatabaseSync(join(dataDir, 'ledger.sqlite'), { timeout: 2000 });
      database.exec('BEGIN IMMEDIATE');
      await sleep(1700);
      await killed.kill();
      database.exec('ROLLBACK');
      database.close();
    } else await killed.kill();
    await sent;
    sandbox.control.clearFaults();
    const next = await startKillable(settings);
    await settleAll(story, next.ask, next.jump);
    await judgeAll(story, next.ask);
    await next.kill();
  });

async function told(ways: readonly Way[], tell: (story: Story) => Promise<void>): Promise<Case[]> {
  const story = await openStory(ways);
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
