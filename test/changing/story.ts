import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type FaultSpec, type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { UpstreamPolicy } from '../../src/upstream/index.ts';
import type { ProviderAddress } from '../helpers/gateway.ts';
import { type Ask, type Case, casesFor, isCreateOf, send, settle, stateOf, type Way } from './cases.ts';
import type { LedgerUnderTest, OpenLedger } from './ledger-under-test.ts';
import { OPERATIONS } from './operations.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

/** Past the time in which an unanswered create can still be made at Meteroid. */
const PAST_CREATES_MS = 61_000;

export const PROVIDERS = ['flexprice', 'meteroid', 'flex'] as const;

/** No story shall end because of the trouble of another. */
export const policyOf = (changeDeadlineMs: number): Partial<UpstreamPolicy> => ({
  breakerMinimumCalls: 1e6,
  backoffMs: 1,
  readDeadlineMs: 1500,
  changeDeadlineMs,
});

/** Providers of their own, and one case of every operation in each of the ways. */
export type Story = {
  sandbox: Sandbox;
  addresses: Record<'FLEXPRICE' | 'METEROID' | 'FLEX', ProviderAddress>;
  ledger: LedgerUnderTest;
  cases: Case[];
  close(): Promise<void>;
};

export async function openStory(ways: readonly Way[], openLedger: OpenLedger = openSqliteLedger): Promise<Story> {
  const [sandbox, ledger] = await Promise.all([startSandbox({ sessions: 3, live: true }), openLedger()]);
  sandbox.control.switches({ customers: false });
  const { flexprice, meteroid, flex } = sandbox.providers;
  return {
    sandbox,
    addresses: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex },
    ledger,
    cases: casesFor(sandbox, OPERATIONS, ways),
    async close() {
      await Promise.all([sandbox.stop(), ledger.close()]);
    },
  };
}

/** Orders trouble at every provider: for each change once, or for all calls until it is over. */
export function strike({ control }: Sandbox, fault: Omit<FaultSpec, 'provider'>, changes?: number): void {
  for (const provider of PROVIDERS) {
    if (changes === undefined) control.fault({ provider, ...fault });
    else {
      const times = changes * OPERATIONS.filter((operation) => operation.provider === provider).length;
      // Of each case the first attempt: the first to come are those, as all are sent at once.
      for (const method of ['POST', 'DELETE']) control.fault({ provider, ...fault, match: { method }, times });
    }
  }
}

/** Sends all of them at once, and holds the effects against the answers. */
export async function sendAll({ cases, sandbox }: Story, ask: Ask): Promise<void> {
  await Promise.all(
    cases.map(async (one) => {
      one.first = await send(one, ask);
      const effects = one.operation.effects(sandbox, one.key);
      if (one.first === 'SUCCESS') expect([one.operation.name, effects]).toEqual([one.operation.name, 1]);
    }),
  );
}

/** When the trouble is over: has everything found out that is not known yet. */
export async function settleAll(
  { cases, sandbox, ledger }: Story,
  ask: Ask,
  jump: (ms: number) => void,
): Promise<void> {
  const open = cases.filter(({ first }) => first === 'UNKNOWN' || first === 'GONE');
  const late = open.filter((one) => isCreateOf(one, 'meteroid'));
  const others = open.filter((one) => !late.includes(one));
  const settled = Promise.all(late.map((one) => settle(one, ask, ledger)));
  settled.catch(() => {});
  await Promise.all(others.map((one) => settle(one, ask, ledger)));
  // That nothing was made is certain only when no more can be. What was ordered to come late has come.
  await sleep(1500);
  sandbox.control.advance({ seconds: PAST_CREATES_MS / 1000 });
  jump(PAST_CREATES_MS);
  await settled;
}

/** Holds the end of each case against what happened. */
export async function judgeAll({ cases, sandbox }: Story, ask: Ask): Promise<void> {
  for (const one of cases) {
    one.state = await stateOf(one.key, ask);
    one.effects = one.operation.effects(sandbox, one.key);
  }
  expect(cases.filter((one) => !isAsPromised(one)).map(described)).toEqual([]);
  for (const { idempotencyKey, count } of sandbox.control.effects()) if (idempotencyKey) expect(count).toBe(1);
}

const described = ({ operation, ...rest }: Case) => ({ operation: operation.name, ...rest });

function isAsPromised(one: Case): boolean {
  const { first, state, effects } = one;
  if (effects > 1) return false;
  switch (state) {
    case 'SUCCEEDED':
      return effects === 1 && first !== 'FAILURE';
    case 'FAILED':
      return effects === 0 && first !== 'SUCCESS';
    case 'UNKNOWN':
      return isCreateOf(one, 'flexprice') && first !== 'SUCCESS' && first !== 'FAILURE';
    // The ledger could not be written, so it was not begun.
    case null:
      return effects === 0 && first === 'FAILURE';
    default:
      return false;
  }
}
