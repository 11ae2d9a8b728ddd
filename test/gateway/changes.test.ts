import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  const upstreamPolicy = { changeDeadlineMs: 1000, breakerMinimumCalls: 1e6 };
  gateway = await startTestGateway({ providers: sandbox.addresses, upstreamPolicy });
});
beforeEach(() => void sandbox.control.reset());
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

/** A Flex session that is authorized and can be captured in parts. */
function authorized(): string {
  const made = sandbox.control.create({
    provider: 'flex',
    status: 'complete',
    capture_method: 'manual',
    amount_total: 5000,
  });
  return globalId('FLEX', String(made.checkout_session_id));
}

const sent = () => sandbox.control.calls().filter(({ method }) => method !== 'GET');
const verbs = () => sent().map(({ path }) => path.split('/').at(-1));

const capture = (id: string, key: string) =>
  `captureCheckoutSession(input: { id: "${id}", idempotencyKey: "${key}", amountMinorUnits: 100 }) { userErrors { code } }`;
const refund = (id: string, key: string) =>
  `refundCheckoutSession(input: { id: "${id}", idempotencyKey: "${key}", amountMinorUnits: 1 }) { userErrors { code } }`;
const confirm = (id: string, key: string) =>
  `confirmCheckoutSession(input: { id: "${id}", idempotencyKey: "${key}", paymentMethod: "fpm_1" }) { userErrors { code } }`;
const act = (verb: string, id: string) => `${verb}CheckoutSession(input: { id: "${id}" }) { userErrors { code } }`;

describe('the mutations of one document', () => {
  it('run in their order, each after the end of the one before', async () => {
    const [a, b] = [authorized(), authorized()];
    sandbox.control.fault({ provider: 'flex', kind: 'delay', delayMs: 300, match: { path: '/reauth$' } });
    const { data, errors } = await gateway.ask(
      `mutation { z: ${act('reauthorize', a)} y: ${capture(a, 'k')} x: ${act('reauthorize', b)} w: ${act('cancel', a)} }`,
    );
    expect(errors).toBeUndefined();
    expect(Object.keys(data)).toEqual(['z', 'y', 'x', 'w']);
    expect(verbs()).toEqual(['reauth', 'capture', 'reauth', 'cancel']);
    const { mostInFlight } = sandbox.control.state().traffic.flex;
    expect(mostInFlight).toBe(1);
  });

  it.each([
    ['capture and refund', (a: string, b: string) => `mutation { ${capture(a, 'k')} ${refund(b, 'l')} }`],
    ['two captures', (a: string, b: string) => `mutation { a: ${capture(a, 'k')} b: ${capture(b, 'l')} }`],
    ['the same twice', (a: string) => `mutation { a: ${capture(a, 'k')} b: ${capture(a, 'k')} }`],
    [
      'confirm in a fragment',
      (a: string, b: string) => `mutation { ...F ${capture(a, 'k')} } fragment F on Mutation { c: ${confirm(b, 'l')} }`,
    ],
    [
      'an inline fragment',
      (a: string, b: string) => `mutation { ... on Mutation { c: ${refund(b, 'l')} } ${capture(a, 'k')} }`,
    ],
    [
      'fragments in fragments',
      (a: string, b: string) =>
        `mutation { ...F ...G } fragment F on Mutation { ... { c: ${refund(b, 'l')} } } fragment G on Mutation { ...H } fragment H on Mutation { ${capture(a, 'k')} }`,
    ],
    [
      'one that is skipped',
      (a: string, b: string) =>
        `mutation { a: ${capture(a, 'k')} b: ${capture(b, 'l').replace(') {', ') @skip(if: true) {')} }`,
    ],
  ])('may not move money twice: %s', async (_, document) => {
    const { data, errors } = await gateway.ask(document(authorized(), authorized()));
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect(sandbox.control.calls()).toEqual([]);
  });

  it('may move money once, next to others, and in one operation of several', async () => {
    const [a, b] = [authorized(), authorized()];
    const query = `mutation A { ${capture(a, 'once')} r: ${act('reauthorize', b)} } mutation B { ${refund(b, 'l')} }`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, operationName: 'A' }),
    });
    expect(await response.json()).toMatchObject({
      data: { captureCheckoutSession: { userErrors: [] }, r: { userErrors: [] } },
    });
    expect(verbs()).toEqual(['capture', 'reauth']);
  });

  it('cannot be sent with GET', async () => {
    const query = encodeURIComponent(`mutation { ${capture(authorized(), 'get')} }`);
    const response = await fetch(`${gateway.url}/graphql?query=${query}`);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(sandbox.control.calls()).toEqual([]);
  });
});

describe('without an idempotency key', () => {
  it.each([
    ['cancel', () => globalId('METEROID', sandbox.examples.meteroid)],
    ['cancel', () => globalId('FLEX', sandbox.examples.flex)],
    ['delete', () => globalId('FLEXPRICE', sandbox.examples.flexprice)],
    ['reauthorize', authorized],
  ])('%s works, and can be repeated', async (verb, target) => {
    const id = target();
    for (let time = 0; time < 2; time++) {
      const { data, errors, extensions } = await gateway.ask(`mutation { c: ${act(verb, id)} }`);
      expect(errors).toBeUndefined();
      expect(data).toEqual({ c: { userErrors: [] } });
      expect(extensions?.idempotency).toBeUndefined();
    }
  });

  it('an unanswered change is unknown, and no key is spoken of', async () => {
    sandbox.control.fault({ provider: 'flex', kind: 'reset', when: 'after', match: { method: 'POST' } });
    const { data, errors } = await gateway.ask(
      `mutation { c: ${act('cancel', globalId('FLEX', sandbox.examples.flex))} }`,
    );
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { path: ['c'], extensions: { code: 'OUTCOME_UNKNOWN', provider: 'FLEX', retryable: true } },
    ]);
    expect(errors?.[0]?.extensions).not.toHaveProperty('safeWithNewKey');
    expect(sandbox.control.effects({ provider: 'flex' })).toMatchObject([{ operation: 'cancel', count: 1 }]);
  });

  it.each([capture, refund, confirm])('none of the others is even tried', async (mutation) => {
    const without = mutation(authorized(), 'k').replace(', idempotencyKey: "k"', '');
    const { errors } = await gateway.ask(`mutation { ${without} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect(sandbox.control.calls()).toEqual([]);
  });
});

describe('what a provider does not offer', () => {
  it.each([
    ['delete', 'FLEX', 'flex'],
    ['delete', 'METEROID', 'meteroid'],
    ['cancel', 'FLEXPRICE', 'flexprice'],
    ['reauthorize', 'METEROID', 'meteroid'],
  ] as const)('%s at %s is a mistake that is told, and nothing is sent', async (verb, name, provider) => {
    const { data } = await gateway.ask(
      `mutation { c: ${verb}CheckoutSession(input: { id: "${globalId(name, sandbox.examples[provider])}" }) { userErrors { code field } } }`,
    );
    expect(data).toEqual({ c: { userErrors: [{ code: 'UNSUPPORTED_OPERATION', field: ['input', 'id'] }] } });
    expect(sandbox.control.calls()).toEqual([]);
  });
});
