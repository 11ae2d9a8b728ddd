import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { change, changeCalls, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf, type Story } from './story.ts';

let story: Story;
let gateway: TestGateway;

beforeAll(async () => {
  story = await openStory([]);
  gateway = await startTestGateway({ providers: story.addresses, upstreamPolicy: policyOf(3000) });
});
afterAll(async () => {
  await gateway.stop();
  await story.close();
});

const keysSent = () => changeCalls(story.sandbox).map(({ headers }) => headers['idempotency-key']);

describe('the key that a provider is sent', () => {
  // A provider that does what it says it has not done.
  it.each([429, 401])(
    'is the same when what failed with %i is tried anew, so that it is not done twice',
    async (status) => {
      const operation = operationNamed('flex capture');
      const id = `lied${status}`;
      const input = operation.input(story.sandbox, id);
      const before = keysSent().length;
      story.sandbox.control.fault({
        provider: 'flex',
        kind: 'status',
        status,
        when: 'after',
        times: 1,
        match: { method: 'POST' },
      });
      expect((await change(gateway, operation, input, id)).errors).toHaveLength(1);
      expect((await change(gateway, operation, input, id)).data).toMatchObject({ change: { userErrors: [] } });
      const [first, second] = keysSent().slice(before);
      expect(first).toMatch(/^[\w-]{43}$/);
      expect(second).toBe(first);
      expect(operation.effects(story.sandbox, id)).toBe(1);
    },
  );

  it('is another one after a refusal, which providers remember', async () => {
    const operation = operationNamed('flex capture');
    const input = operation.input(story.sandbox, 'refused');
    const before = keysSent().length;
    const tooMuch = { ...input, amountMinorUnits: 1_000_000 };
    for (const _ of [1, 2]) {
      expect((await change(gateway, operation, tooMuch, 'refused')).data).toMatchObject({
        change: { userErrors: [expect.anything()] },
      });
    }
    expect((await change(gateway, operation, input, 'refused')).data).toMatchObject({ change: { userErrors: [] } });
    expect(new Set(keysSent().slice(before)).size).toBe(3);
    expect(await operationOf(gateway, 'refused')).toMatchObject({ state: 'SUCCEEDED', userErrors: [] });
  });
});
