import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../sandbox/index.ts';
import type { GraphQLAnswer } from '../helpers/gateway.ts';
import type { LedgerUnderTest } from './ledger-under-test.ts';
import type { OperationUnderTest } from './operations.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** How it is found out what became of a change that is unknown. */
export const WAYS = ['RETRY', 'OPERATION', 'BACKGROUND'] as const;
export type Way = (typeof WAYS)[number];

/** One change under one key in the middle of some trouble. */
export type Case = {
  operation: OperationUnderTest;
  way: Way;
  key: string;
  input: Record<string, unknown>;
  /** Of the first answer. */
  first: Verdict;
  /** At the end, as `operation` shows it. */
  state: string | null;
  effects: number;
};

export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<GraphQLAnswer>;

/** How long it may take to find out, once the trouble is over. */
const SETTLED_WITHIN_MS = 60_000;
/** A create at Flexprice cannot be seen later than 10 seconds after it was sent. */
const FLEXPRICE_SEEN_MS = 12_000;
const LOOK_MS = 300;

export function casesFor(sandbox: Sandbox, operations: readonly OperationUnderTest[], ways: readonly Way[]): Case[] {
  return ways.flatMap((way) =>
    operations.map((operation, index): Case => {
      const key = `${way[0]}${index}x`;
      return { operation, way, key, input: operation.input(sandbox, key), first: 'GONE', state: null, effects: 0 };
    }),
  );
}

export async function send({ operation, input, key }: Case, ask: Ask): Promise<Verdict> {
  const answer = await ask(operation.document, { input: { ...input, idempotencyKey: key } }).catch(() => null);
  return answer ? verdictOf(answer) : 'GONE';
}

const OPERATION = 'query ($key: String!) { operation(idempotencyKey: $key) { state } }';

export async function stateOf(key: string, ask: Ask): Promise<string | null> {
  let { data, errors } = await ask(OPERATION, { key });
  // As a client would: a Redis on a busy machine may be late.
  for (let attempt = 0; errors?.every(({ extensions }) => extensions.retryable) && attempt < 20; attempt++) {
    await sleep(LOOK_MS);
    ({ data, errors } = await ask(OPERATION, { key }));
  }
  if (errors) throw new Error(JSON.stringify(errors));
  return (data.operation as { state: string } | null)?.state ?? null;
}

export const isKnown = (state: string | null | undefined): boolean => state === 'SUCCEEDED' || state === 'FAILED';

export const isCreateOf = ({ operation }: Case, provider: string): boolean => operation.name === `${provider} create`;

/** Has it found out in the way of this case, or lets the time pass in which it must be. */
export async function settle(one: Case, ask: Ask, ledger: LedgerUnderTest): Promise<void> {
  const patience = isCreateOf(one, 'flexprice') ? FLEXPRICE_SEEN_MS : SETTLED_WITHIN_MS;
  const end = performance.now() + patience;
  while (performance.now() < end) {
    if (await looks[one.way](one, ask, ledger)) return;
    await sleep(LOOK_MS);
  }
}

const looks: Record<Way, (one: Case, ask: Ask, ledger: LedgerUnderTest) => Promise<boolean>> = {
  RETRY: async (one, ask) => ['SUCCESS', 'FAILURE'].includes(await send(one, ask)),
  OPERATION: async ({ key }, ask) => isKnown(await stateOf(key, ask)),
  BACKGROUND: async ({ key }, _, ledger) => isKnown(await ledger.stateOf(key)),
};
