import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { OPERATIONS } from './operations.ts';
import { change, changeCalls, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf, type Story } from './story.ts';

const CREATE = operationNamed('flex create');
const CAPTURE = operationNamed('flex capture');
const REFUND = operationNamed('flex refund');

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

describe('the same key', () => {
  it.each(OPERATIONS)('with the same input gives the first result again: $name', async (operation) => {
    const id = `again${OPERATIONS.indexOf(operation)}`;
    const input = operation.input(story.sandbox, id);
    const first = await change(gateway, operation, input, id);
    expect(first).toMatchObject({ data: { change: { userErrors: [] } } });
    expect(first.extensions?.idempotency).toBeUndefined();
    for (let time = 0; time < 3; time++) {
      const next = await change(gateway, operation, input, id);
      expect(next.data).toEqual(first.data);
      expect(next.extensions).toMatchObject({ idempotency: { replayed: true } });
    }
    expect(operation.effects(story.sandbox, id)).toBe(1);
  });

  it('with the same input in another order is the same', async () => {
    const input = {
      clientReferenceId: 'order',
      lineItems: [{ price: 'fprice_1', quantity: 1 }],
      successUrl: 'https://s.test/a',
    };
    const turned = {
      successUrl: 'https://s.test/a',
      lineItems: [{ quantity: 1, price: 'fprice_1' }],
      clientReferenceId: 'order',
    };
    const [first, second] = [
      await change(gateway, CREATE, { session: { flex: input } }, 'order'),
      await change(gateway, CREATE, { session: { flex: turned } }, 'order'),
    ];
    expect(second?.data).toEqual(first?.data);
    expect(CREATE.effects(story.sandbox, 'order')).toBe(1);
  });

  it('with another input is a conflict, at every provider, and nothing is sent', async () => {
    for (const operation of [CREATE, CAPTURE]) {
      const key = `conflict-${operation.effect}`;
      const [one, other] = [
        operation.input(story.sandbox, `${operation.effect}1`),
        operation.input(story.sandbox, `${operation.effect}2`),
      ];
      await change(gateway, operation, one, key);
      const before = changeCalls(story.sandbox).length;
      expect((await change(gateway, operation, other, key)).data).toEqual({
        change: {
          checkoutSession: null,
          userErrors: [
            { code: 'IDEMPOTENCY_CONFLICT', field: ['input', 'idempotencyKey'], message: expect.any(String) },
          ],
        },
      });
      expect(changeCalls(story.sandbox)).toHaveLength(before);
    }
    const elsewhere = operationNamed('meteroid create').input(story.sandbox, 'elsewhere');
    expect((await change(gateway, CREATE, elsewhere, 'conflict-create')).data).toMatchObject({
      change: { userErrors: [{ code: 'IDEMPOTENCY_CONFLICT' }] },
    });
  });

  it('of a change that failed may be used anew, with the same input and with a corrected one', async () => {
    const session = (price: string) => ({
      session: { flex: { lineItems: [{ price }], successUrl: 'https://s.test/a', clientReferenceId: 'anew' } },
    });
    for (let time = 0; time < 2; time++) {
      const refused = await change(gateway, CREATE, session('fprice_missing'), 'anew');
      expect(refused.data).toMatchObject({
        change: {
          checkoutSession: null,
          userErrors: [{ field: ['input', 'session', 'flex', 'lineItems', '0', 'price'] }],
        },
      });
      expect(refused.extensions?.idempotency).toBeUndefined();
    }
    expect(await operationOf(gateway, 'anew')).toMatchObject({
      state: 'FAILED',
      finishedAt: expect.any(String),
      checkoutSession: null,
      userErrors: [{ field: ['input', 'session', 'flex', 'lineItems', '0', 'price'] }],
    });
    expect((await change(gateway, CREATE, session('fprice_1'), 'anew')).data).toMatchObject({
      change: { userErrors: [] },
    });
    expect(await operationOf(gateway, 'anew')).toMatchObject({ state: 'SUCCEEDED', userErrors: [] });
    expect(CREATE.effects(story.sandbox, 'anew')).toBe(1);
  });

  it('of another kind of change is its own', async () => {
    const input = CAPTURE.input(story.sandbox, 'kinds');
    for (const operation of [CAPTURE, REFUND]) {
      expect(await change(gateway, operation, input, 'kinds')).toMatchObject({ data: { change: { userErrors: [] } } });
      expect(operation.effects(story.sandbox, 'kinds')).toBe(1);
    }
  });

  it('of concurrent requests is one change', async () => {
    for (const operation of [CREATE, CAPTURE, operationNamed('meteroid create'), operationNamed('flexprice create')]) {
      const id = `many${OPERATIONS.indexOf(operation)}`;
      const input = operation.input(story.sandbox, id);
      const answers = await Promise.all(Array.from({ length: 8 }, () => change(gateway, operation, input, id)));
      expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
      const ids = answers.map(({ data }) => (data.change as { checkoutSession: { id: string } }).checkoutSession.id);
      expect(new Set(ids).size).toBe(1);
      expect(answers.filter(({ extensions }) => extensions?.idempotency).length).toBe(7);
      expect(operation.effects(story.sandbox, id)).toBe(1);
    }
  });

  it('that cannot be one is refused before anything is sent', async () => {
    const before = changeCalls(story.sandbox).length;
    for (const key of ['', ' ', 'a b', 'ü', 'x'.repeat(256), 'a\nb']) {
      expect((await change(gateway, CREATE, CREATE.input(story.sandbox, 'never'), key)).data).toMatchObject({
        change: { userErrors: [{ code: 'INVALID', field: ['input', 'idempotencyKey'] }] },
      });
    }
    expect(changeCalls(story.sandbox)).toHaveLength(before);
  });
});

describe('operation(idempotencyKey:)', () => {
  it('tells what became of a change, and when', async () => {
    const from = Date.now();
    const { data } = await change(gateway, CREATE, CREATE.input(story.sandbox, 'told'), 'told');
    const { providerId } = (data.change as { checkoutSession: { providerId: string } }).checkoutSession;
    const operation = await operationOf(gateway, 'told');
    expect(operation).toMatchObject({
      idempotencyKey: 'told',
      state: 'SUCCEEDED',
      checkoutSession: { providerId },
      userErrors: [],
    });
    const [started, finished] = [Date.parse(String(operation?.startedAt)), Date.parse(String(operation?.finishedAt))];
    expect(started).toBeGreaterThanOrEqual(from - 1);
    expect(finished).toBeGreaterThanOrEqual(started);
    expect(finished).toBeLessThanOrEqual(Date.now());
  });

  it('tells of a session that was changed, too', async () => {
    for (const operation of OPERATIONS.filter(({ effect }) => effect !== 'create')) {
      const key = `shown${OPERATIONS.indexOf(operation)}`;
      const { data } = await change(gateway, operation, operation.input(story.sandbox, key), key);
      const { providerId } = (data.change as { checkoutSession: { providerId: string } }).checkoutSession;
      expect(await operationOf(gateway, key)).toMatchObject({ state: 'SUCCEEDED', checkoutSession: { providerId } });
    }
  });

  it('is null for a key that nobody has used', async () => {
    expect(await operationOf(gateway, 'never-used')).toBeNull();
    expect(await operationOf(gateway, 'ü\ud800 ')).toBeNull();
  });

  it('says UNKNOWN, with no end, of what is not known', async () => {
    const operation = operationNamed('meteroid create');
    const fault = { provider: 'meteroid', kind: 'reset', match: { method: 'POST' }, times: 1 } as const;
    story.sandbox.control.fault(fault);
    const answer = await change(gateway, operation, operation.input(story.sandbox, 'unclear'), 'unclear');
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ path: ['change'], extensions: { code: 'OUTCOME_UNKNOWN' } }]);
    expect(await operationOf(gateway, 'unclear')).toMatchObject({
      state: 'UNKNOWN',
      finishedAt: null,
      checkoutSession: null,
      userErrors: [],
    });
  });

  it('is preceded by an error that tells the client how to go on', async () => {
    const operation = operationNamed('meteroid create');
    story.sandbox.control.fault({ provider: 'meteroid', kind: 'reset', match: { method: 'POST' }, times: 1 });
    const answer = await change(gateway, operation, operation.input(story.sandbox, 'goOn'), 'go-on');
    expect(answer.errors).toMatchObject([
      {
        extensions: {
          code: 'OUTCOME_UNKNOWN',
          provider: 'METEROID',
          retryable: true,
          safeWithNewKey: false,
          retryAfterMs: expect.any(Number),
        },
      },
    ]);
  });
});
