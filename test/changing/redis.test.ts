import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type KillableGateway, startKillable } from './killable.ts';
import { shareRedis } from './redis-ledger.ts';
import { change, changeCalls, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf, type Story } from './story.ts';

const redis = shareRedis();
let story: Story;

beforeAll(async () => {
  story = await openStory([], redis.open);
});
afterAll(async () => {
  await story.close();
  await redis.stop();
});

let folders = 0;
/** Of a gateway that has its index of sessions to itself. */
function settingsWith(changeDeadlineMs: number) {
  const { addresses: providers, ledger } = story;
  const dataDir = join(ledger.settings.dataDir, String(folders++));
  return { providers, ...ledger.settings, dataDir, upstreamPolicy: policyOf(changeDeadlineMs) };
}

const sessionIn = ({ data }: GraphQLAnswer) =>
  (data?.change as { checkoutSession: { id: string; providerId: string } } | undefined)?.checkoutSession;

describe('gateways that share nothing but Redis', () => {
  let gateways: TestGateway[];
  beforeAll(async () => {
    gateways = await Promise.all([startTestGateway(settingsWith(3000)), startTestGateway(settingsWith(3000))]);
  });
  afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

  it.each(['flex create', 'meteroid create', 'flexprice create', 'flex capture'])(
    'make one change of 12 equal requests: %s',
    async (name) => {
      const operation = operationNamed(name);
      const key = name.replace(' ', '');
      const before = changeCalls(story.sandbox).length;
      const input = operation.input(story.sandbox, key);
      const asked = Array.from({ length: 6 }, () => gateways.map((gateway) => change(gateway, operation, input, key)));
      const answers = await Promise.all(asked.flat());
      expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
      expect(new Set(answers.map((answer) => sessionIn(answer)?.id)).size).toBe(1);
      expect(answers.filter(({ extensions }) => extensions?.idempotency)).toHaveLength(11);
      expect(operation.effects(story.sandbox, key)).toBe(1);
      expect(changeCalls(story.sandbox)).toHaveLength(before + 1);
      for (const gateway of gateways) expect(await operationOf(gateway, key)).toMatchObject({ state: 'SUCCEEDED' });
    },
  );
});

describe('of two processes that share nothing but Redis, one killed while Meteroid makes a session for 12 equal requests', () => {
  const operation = operationNamed('meteroid create');
  const running: KillableGateway[] = [];
  afterAll(() => Promise.all(running.map((gateway) => gateway.kill())));

  async function start(): Promise<KillableGateway> {
    const gateway = await startKillable(settingsWith(10_000));
    running.push(gateway);
    return gateway;
  }

  /** As a client does that is told to ask again. */
  async function changeAtLast(gateway: KillableGateway, input: Record<string, unknown>): Promise<GraphQLAnswer> {
    for (;;) {
      const answer = await change(gateway, operation, input, 'killed');
      const [error] = answer.errors ?? [];
      if (!error) return answer;
      expect(error.extensions).toMatchObject({
        code: expect.stringMatching(/^(?:OUTCOME_UNKNOWN|IDEMPOTENCY_IN_PROGRESS)$/),
        retryable: true,
        safeWithNewKey: false,
      });
      await sleep(Number(error.extensions.retryAfterMs));
    }
  }

  it('all that are not gone get the one session, of one POST', { timeout: 60_000 }, async () => {
    const { sandbox } = story;
    const [killed, survivor] = await Promise.all([start(), start()]);
    const before = changeCalls(sandbox).length;
    sandbox.control.fault({ provider: 'meteroid', kind: 'delay', delayMs: 4000, when: 'after', times: 1 });
    const input = operation.input(sandbox, 'killed');
    const askKilled = () => change(killed, operation, input, 'killed').catch(() => 'gone');
    // The one that is at it is the one to be killed.
    const first = askKilled();
    while (operation.effects(sandbox, 'killed') === 0) await sleep(20);
    const lost = [first, ...Array.from({ length: 5 }, askKilled)];
    const kept = Array.from({ length: 6 }, () => changeAtLast(survivor, input));
    await sleep(500);
    await killed.kill();
    expect(await Promise.all(lost)).toEqual(lost.map(() => 'gone'));
    const answers = await Promise.all([...kept, changeAtLast(await start(), input)]);
    const [made, ...others] = sandbox.control.sessions({
      provider: 'meteroid',
      where: { customer_id: 'cus_killed0000000000000000' },
    });
    expect(others).toEqual([]);
    expect(answers.map((answer) => sessionIn(answer)?.providerId)).toEqual(answers.map(() => made?.id));
    expect(changeCalls(sandbox)).toHaveLength(before + 1);
    const shown = { state: 'SUCCEEDED', checkoutSession: { providerId: made?.id } };
    expect(await operationOf(survivor, 'killed')).toMatchObject(shown);
  });
});
