import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GraphQLAnswer } from '../helpers/gateway.ts';
import { type KillableGateway, startKillable } from './killable.ts';
import { postTo } from './post.ts';
import { change, changeCalls, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf, type Story } from './story.ts';

let story: Story;
const running: KillableGateway[] = [];

beforeEach(async () => {
  story = await openStory([]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.kill()));
  await story.close();
});

async function start(changeDeadlineMs: number): Promise<KillableGateway> {
  const { addresses: providers, ledger } = story;
  const gateway = await startKillable({ providers, ...ledger.settings, upstreamPolicy: policyOf(changeDeadlineMs) });
  running.push(gateway);
  return gateway;
}

const sessionIn = ({ data }: GraphQLAnswer) =>
  (data?.change as { checkoutSession: { id: string } | null } | undefined)?.checkoutSession?.id;

async function untilCalls(count: number): Promise<void> {
  while (changeCalls(story.sandbox).length < count) await sleep(20);
}

describe('gateways that share a ledger', () => {
  it.each(['flex create', 'meteroid create', 'flex capture'])(
    'make one change of 12 equal requests: %s',
    async (name) => {
      const operation = operationNamed(name);
      const gateways = await Promise.all([start(5000), start(5000)]);
      const input = operation.input(story.sandbox, 'twelve');
      const asked = Array.from({ length: 6 }, () => gateways.map((gateway) => change(gateway, operation, input, 'k')));
      const answers = await Promise.all(asked.flat());
      expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
      expect(new Set(answers.map(sessionIn)).size).toBe(1);
      expect(sessionIn(answers[0] as GraphQLAnswer)).toEqual(expect.any(String));
      expect(answers.filter(({ extensions }) => extensions?.idempotency)).toHaveLength(11);
      expect(operation.effects(story.sandbox, 'twelve')).toBe(1);
      expect(changeCalls(story.sandbox)).toHaveLength(1);
    },
  );

  it('say of a change that another is at, when time runs out, that it is in progress', async () => {
    const operation = operationNamed('flex capture');
    const gateways = await Promise.all([start(10_000), start(10_000)]);
    story.sandbox.control.fault({ provider: 'flex', kind: 'hang', match: { method: 'POST' } });
    const input = operation.input(story.sandbox, 'busy');
    const first = change(gateways[0], operation, input, 'k');
    await untilCalls(1);
    // Asking does not wait for it.
    expect(await operationOf(gateways[1], 'k')).toMatchObject({ state: 'IN_PROGRESS', finishedAt: null });
    const second = change(gateways[1], operation, input, 'k');
    const codes = (await Promise.all([first, second])).map(({ errors }) => errors?.[0]?.extensions.code);
    expect(codes[0]).toBe('OUTCOME_UNKNOWN');
    expect(['IDEMPOTENCY_IN_PROGRESS', 'OUTCOME_UNKNOWN']).toContain(codes[1]);
    story.sandbox.control.clearFaults();
    const { data } = await change(gateways[1], operation, input, 'k');
    expect(data).toMatchObject({ change: { userErrors: [] } });
    expect(operation.effects(story.sandbox, 'busy')).toBe(1);
  });

  it('take over from one that was killed while Meteroid was making a session: one POST, and the client gets it', async () => {
    const operation = operationNamed('meteroid create');
    const killed = await start(10_000);
    story.sandbox.control.fault({ provider: 'meteroid', kind: 'delay', delayMs: 3000, when: 'after' });
    const input = operation.input(story.sandbox, 'killed');
    const lost = change(killed, operation, input, 'k').then(
      () => 'answered',
      () => 'gone',
    );
    await untilCalls(1);
    while (operation.effects(story.sandbox, 'killed') === 0) await sleep(20);
    await killed.kill();
    expect(await lost).toBe('gone');
    story.sandbox.control.clearFaults();
    const next = await start(10_000);
    const answer = await change(next, operation, input, 'k');
    expect(answer).toMatchObject({ data: { change: { userErrors: [] } } });
    const [made, ...others] = story.sandbox.control.sessions({
      provider: 'meteroid',
      where: { customer_id: 'cus_killed0000000000000000' },
    });
    expect(others).toEqual([]);
    expect(answer.data).toMatchObject({ change: { checkoutSession: { providerId: made?.id } } });
    expect(changeCalls(story.sandbox)).toHaveLength(1);
    expect(await operationOf(next, 'k')).toMatchObject({
      state: 'SUCCEEDED',
      checkoutSession: { providerId: made?.id },
    });
  });

  it('finish what a client asked for that has gone away', async () => {
    const gateway = await start(5000);
    const operation = operationNamed('flex capture');
    story.sandbox.control.fault({ provider: 'flex', kind: 'delay', delayMs: 800, match: { method: 'POST' } });
    const leaving = new AbortController();
    const variables = { input: { ...operation.input(story.sandbox, 'left'), idempotencyKey: 'k' } };
    const asked = postTo(gateway.url, operation.document, variables, { signal: leaving.signal });
    await untilCalls(1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect
      .poll(async () => (await operationOf(gateway, 'k'))?.state, { timeout: 10_000, interval: 100 })
      .toBe('SUCCEEDED');
    expect(operation.effects(story.sandbox, 'left')).toBe(1);
    expect(changeCalls(story.sandbox)).toHaveLength(1);
  });
});
