import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { change, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf, type Story } from './story.ts';

// Meteroid knows no keys: two creates for one customer are told apart by what is known of each.

const CREATE = operationNamed('meteroid create');

let story: Story;
let gateway: TestGateway;
let aheadMs = 0;

beforeEach(async () => {
  story = await openStory([]);
  aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  gateway = await startTestGateway({ providers: story.addresses, upstreamPolicy: policyOf(5000), now });
});
afterEach(async () => {
  await gateway.stop();
  await story.close();
});

const input = (invoiceMemo: string) => {
  const { session } = CREATE.input(story.sandbox, 'twins') as { session: { meteroid: object } };
  return { session: { meteroid: { ...session.meteroid, invoiceMemo } } };
};
const made = () => CREATE.effects(story.sandbox, 'twins');
const sessionIn = ({ data }: GraphQLAnswer) =>
  (data?.change as { checkoutSession: { providerId: string } } | undefined)?.checkoutSession.providerId;

const trouble = (fault: object) =>
  story.sandbox.control.fault({ provider: 'meteroid', match: { method: 'POST' }, times: 1, kind: 'reset', ...fault });

describe('two creates for one customer with the same terms', () => {
  it('that are both answered are two sessions', async () => {
    const answers = await Promise.all([
      change(gateway, CREATE, input('a'), 'a'),
      change(gateway, CREATE, input('b'), 'b'),
    ]);
    expect(new Set(answers.map(sessionIn)).size).toBe(2);
    expect(made()).toBe(2);
  });

  it('that are both lost are not guessed at', async () => {
    for (const when of ['after', 'before'] as const) trouble({ when });
    const answers = await Promise.all([
      change(gateway, CREATE, input('a'), 'a'),
      change(gateway, CREATE, input('b'), 'b'),
    ]);
    const found = answers.map(sessionIn).filter((id) => id !== undefined);
    expect(made()).toBe(1);
    // Whichever of them it is given to, it is given to one.
    expect(found.length).toBeLessThanOrEqual(1);
    aheadMs = 61_000;
    const states = [await operationOf(gateway, 'a'), await operationOf(gateway, 'b')].map((one) => one?.state);
    expect(states.filter((state) => state === 'SUCCEEDED').length).toBeLessThanOrEqual(1);
  });

  it('one that was never made is not given the session of one whose answer is on its way', async () => {
    trouble({ when: 'before' });
    trouble({ kind: 'delay', delayMs: 1500, when: 'after' });
    expect((await change(gateway, CREATE, input('lost'), 'lost')).errors).toHaveLength(1);
    const slow = change(gateway, CREATE, input('slow'), 'slow');
    while (made() === 0) await sleep(1);
    const answers = await Promise.all([change(gateway, CREATE, input('lost'), 'lost'), slow]);
    const [theSession] = story.sandbox.control.sessions({ provider: 'meteroid', limit: 1 });
    expect(made()).toBe(1);
    expect(answers.map(sessionIn)).toEqual([undefined, theSession?.id]);
    expect(answers[0]?.errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN' } }]);
  });
});
