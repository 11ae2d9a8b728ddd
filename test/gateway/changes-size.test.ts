import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATIONS } from '../changing/operations.ts';
import { change, changeCalls, operationNamed, operationOf } from '../changing/rig.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { FLEX, FLEXPRICE, METEROID } from '../providers/changes-inputs.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({ providers: sandbox.addresses });
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const KIB = 1024;
const text = (length: number) => 'x'.repeat(length);
const url = (length: number) => `https://x.test/${text(length - 15)}`;
const entries = (count: number, value = 'v') =>
  Array.from({ length: count }, (_, index) => ({ key: `key ${index}`, value }));
const lines = <T>(count: number, line: T): T[] => Array.from({ length: count }, () => line);

type Case = [operation: string, more: object, message: string, field: string];

const flex = (more: object) => ({ session: { flex: { ...FLEX, ...more } } });
const flexprice = (more: object) => ({ session: { flexprice: { ...FLEXPRICE, ...more } } });
const meteroid = (more: object) => ({ session: { meteroid: { ...METEROID, ...more } } });
const characters = (most: number, got = most + 1) => `Expected at most ${most} characters, got ${got}.`;
const count = (most: number, got = most + 1) => `Expected at most ${most} entries, got ${got}.`;
const whole = expect.stringMatching(/^Expected at most 24 KiB as JSON, got \d+ bytes\.$/);

const TOO_LARGE: Case[] = [
  [
    'flex create',
    flex({ metadata: [{ key: 'a', value: text(501) }] }),
    characters(500),
    'session.flex.metadata.0.value',
  ],
  ['flex create', flex({ metadata: [{ key: text(101), value: '' }] }), characters(100), 'session.flex.metadata.0.key'],
  ['flex create', flex({ metadata: entries(51) }), count(50), 'session.flex.metadata'],
  ['flex create', flex({ successUrl: url(2049) }), characters(2048), 'session.flex.successUrl'],
  ['flex create', flex({ cancelUrl: url(200_000) }), characters(2048, 200_000), 'session.flex.cancelUrl'],
  ['flex create', flex({ defaults: { email: text(1001) } }), characters(1000), 'session.flex.defaults.email'],
  ['flex create', flex({ lineItems: lines(101, { price: 'p' }) }), count(100), 'session.flex.lineItems'],
  ['flex create', flex({ lineItems: [{ price: text(1001) }] }), characters(1000), 'session.flex.lineItems.0.price'],
  ['flex create', flex({ fees: [{ name: text(24 * KIB) }] }), whole, 'session.flex'],
  ['flex create', flex({ lineItems: [{ priceData: { name: text(24 * KIB) } }] }), whole, 'session.flex'],
  // Bytes, not characters; and each part may be within its own bounds.
  ['flex create', flex({ metadata: entries(40, 'ß'.repeat(400)) }), whole, 'session.flex'],
  ['flexprice create', flexprice({ failureUrl: url(2049) }), characters(2048), 'session.flexprice.failureUrl'],
  ['flexprice create', flexprice({ metadata: entries(51) }), count(50), 'session.flexprice.metadata'],
  [
    'flexprice create',
    flexprice({ createSubscription: { ...FLEXPRICE.createSubscription, metadata: entries(1, text(501)) } }),
    characters(500),
    'session.flexprice.createSubscription.metadata.0.value',
  ],
  ['meteroid create', meteroid({ metadata: { note: text(24 * KIB) } }), whole, 'session.meteroid'],
  ['meteroid create', meteroid({ couponIds: lines(101, 'c') }), count(100), 'session.meteroid.couponIds'],
  ['meteroid create', meteroid({ invoiceMemo: text(1001) }), characters(1000), 'session.meteroid.invoiceMemo'],
  ['flex capture', { amountMinorUnits: null, lineItems: [{ price: text(24 * KIB) }] }, whole, ''],
  ['flex refund', { metadata: entries(51) }, count(50), 'metadata'],
  [
    'flex refund',
    { amountMinorUnits: null, lineItems: lines(5000, { price: 'p', amountMinorUnits: 0 }) },
    count(100, 5000),
    'lineItems',
  ],
  ['flex confirm', { paymentMethod: text(1001) }, characters(1000), 'paymentMethod'],
];

const inputOf = (name: string, id: string) => operationNamed(name).input(sandbox, id);

it.each(TOO_LARGE.map((each, index) => [index, ...each] as const))(
  'what is too large is refused before it is sent or written down (%i: %s)',
  async (index, name, more, message, field) => {
    const key = `large${index}`;
    const before = changeCalls(sandbox).length;
    const answer = await change(gateway, operationNamed(name), { ...inputOf(name, key), ...more }, key);
    expect(answer.errors).toBeUndefined();
    expect(answer.data.change).toEqual({
      checkoutSession: null,
      userErrors: [{ code: 'INVALID', message, field: ['input', ...field.split('.').filter(Boolean)] }],
    });
    expect(changeCalls(sandbox)).toHaveLength(before);
    expect(await operationOf(gateway, key)).toBeNull();
  },
);

it('however many numbers are rounded, and under which names, each field is told once', async () => {
  const name = text(5000);
  const rounded = Object.fromEntries(lines(500, 0).map((_, index) => [`a${index}`, 2 ** 60]));
  for (const fees of [{ [name]: { ...rounded, [name]: 2 ** 60 } }, lines(1000, 2 ** 60)]) {
    const input = { ...inputOf('flex create', 'rounded'), ...flex({ fees, taxRate: { rate: 2 ** 60 } }) };
    const { data } = await change(gateway, operationNamed('flex create'), input, 'rounded');
    const message = 'Expected numbers that are not rounded on the way.';
    const errorAt = (field: string) => ({ code: 'INVALID', message, field: ['input', 'session', 'flex', field] });
    expect(data.change).toEqual({ checkoutSession: null, userErrors: [errorAt('fees'), errorAt('taxRate')] });
  }
});

it.each([
  [
    'flex create',
    flex({
      successUrl: url(2048),
      lineItems: lines(100, { price: 'fprice_1' }),
      metadata: [{ key: text(100), value: text(500) }, ...entries(49, text(100))],
      defaults: { lastName: text(1000) },
      fees: [{ amount: 1, name: text(2000) }],
    }),
  ],
  ['flex refund', { metadata: entries(50, text(400)) }],
])('what is just within the bounds is made (%s)', async (name, more) => {
  const key = `fits ${name}`.replaceAll(' ', '');
  const answer = await change(gateway, operationNamed(name), { ...inputOf(name, key.slice(0, 20)), ...more }, key);
  expect(answer.errors).toBeUndefined();
  expect(answer.data.change).toMatchObject({ userErrors: [] });
});

it('a session as large as it may be leaves a list of 100 within the size of an answer', async () => {
  const metadata = entries(45, text(480));
  for (let index = 0; index < 101; index++) {
    const { data } = await change(gateway, operationNamed('flex create'), flex({ metadata }), `list-${index}`);
    expect(data.change).toMatchObject({ userErrors: [] });
  }
  const { data } = await gateway.ask(
    '{ checkoutSessions(first: 100, filter: { providers: [FLEX] }) { nodes { id } sources { state } } }',
  );
  expect(data.checkoutSessions).toMatchObject({ nodes: { length: 100 }, sources: [{ state: 'OK' }] });
});

it('a query that would be answered with more than 8 Mi characters is refused, with the numbers', async () => {
  const metadata = entries(45, text(480));
  const { data } = await change(gateway, operationNamed('flex create'), flex({ metadata }), 'large-answer');
  const { id } = (data.change as { checkoutSession: { id: string } }).checkoutSession;
  const ask = (count: number, aliases: string) =>
    gateway.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckoutSession { ${aliases} } } }`, {
      ids: Array.from({ length: count }, () => id),
    });
  const one = await ask(250, 'metadata { value }');
  expect(one.errors).toBeUndefined();
  const { errors } = await ask(250, 'a: metadata { value } b: metadata { value }');
  expect(errors).toMatchObject([
    { extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'answerLength', allowed: 8 * KIB * KIB, retryable: false } },
  ]);
  const many = Array.from({ length: 29 }, (_, n) => `a${n}: metadata { key value }`).join(' ');
  expect((await ask(250, many)).errors).toMatchObject([{ extensions: { limit: 'cost' } }]);
});

it('every change is covered', () => {
  const covered = new Set(TOO_LARGE.map(([name]) => name));
  const withoutInput = ['flexprice delete', 'meteroid cancel', 'flex cancel', 'flex reauth'];
  expect(OPERATIONS.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual(withoutInput);
});
