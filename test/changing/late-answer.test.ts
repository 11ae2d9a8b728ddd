import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { change, changeCalls, operationNamed, operationOf } from './rig.ts';
import { openStory, PROVIDERS, policyOf, type Story } from './story.ts';

let story: Story;
let gateway: TestGateway;

beforeEach(async () => {
  story = await openStory([]);
  gateway = await startTestGateway({ providers: story.addresses, upstreamPolicy: policyOf(10_000) });
});
afterEach(async () => {
  await gateway.stop();
  await story.close();
});

const sessionIn = (answer: { data: Record<string, unknown> }) =>
  (answer.data.change as { checkoutSession: { providerId: string } | null }).checkoutSession?.providerId;

it('an answer that takes most of the deadline counts', async () => {
  const names = ['meteroid create', 'flexprice create', 'flex create'];
  const fault = { kind: 'delay', delayMs: 6500, when: 'after', match: { method: 'POST' }, times: 1 } as const;
  for (const provider of PROVIDERS) story.sandbox.control.fault({ provider, ...fault });
  await Promise.all(
    names.map(async (name) => {
      const operation = operationNamed(name);
      const key = name.replace(' ', '');
      const answer = await change(gateway, operation, operation.input(story.sandbox, key), key);
      expect(answer.errors).toBeUndefined();
      expect(sessionIn(answer)).toEqual(expect.any(String));
      expect(operation.effects(story.sandbox, key)).toBe(1);
      expect(await operationOf(gateway, key)).toMatchObject({ state: 'SUCCEEDED' });
    }),
  );
}, 30_000);

describe('a change that failed once, for a moment, and is refused then', () => {
  it('is refused, because the provider would have repeated its answer had it been made', async () => {
    const operation = operationNamed('flex create');
    story.sandbox.control.fault({ provider: 'flex', kind: 'reset', times: 1, match: { method: 'POST' } });
    const session = { flex: { lineItems: [{ price: 'fprice_1' }], mode: 'nonsense', successUrl: 'https://s.test/a' } };
    const answer = await change(gateway, operation, { session }, 'k');
    expect(answer.data).toMatchObject({
      change: { userErrors: [{ field: ['input', 'session', 'flex', 'mode'] }] },
    });
    expect(await operationOf(gateway, 'k')).toMatchObject({ state: 'FAILED' });
  });
});

describe('12 equal requests', () => {
  it('whose charge is declined charge once', async () => {
    const operation = operationNamed('flex confirm');
    const input = { ...operation.input(story.sandbox, 'twelve'), paymentMethod: 'fpm_declined' };
    story.sandbox.control.fault({
      provider: 'flex',
      kind: 'delay',
      delayMs: 400,
      when: 'after',
      match: { method: 'POST' },
    });
    const asked = Array.from({ length: 12 }, () => change(gateway, operation, input, 'k'));
    const answers = await Promise.all(asked);
    for (const { data } of answers)
      expect(data).toMatchObject({ change: { userErrors: [{ code: 'PAYMENT_DECLINED' }] } });
    expect(changeCalls(story.sandbox)).toHaveLength(1);
    // One that comes afterwards is another attempt.
    await change(gateway, operation, input, 'k');
    expect(changeCalls(story.sandbox)).toHaveLength(2);
  });
});
