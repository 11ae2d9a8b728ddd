import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type JsonServer, startJsonServer } from '../helpers/json-server.ts';

// Answers of just under 8 MiB that took seconds and gigabytes. How long they take now is not looked at: that they are
// given up before they are worked through is what these answers, and the time limit of a test, tell.
const SIZE = 8 * 1024 * 1024 - 2000;
const filled = (unit: string) => unit.repeat(SIZE / unit.length);

let stub: JsonServer;
let gateway: TestGateway;
let answer: { status?: number; body: string } = { body: '' };

beforeAll(async () => {
  stub = await startJsonServer(({ path }) => {
    const id = path.split('/').at(-1);
    return path.startsWith('/healthy') ? { body: { id, checkout_status: 'pending' } } : answer;
  });
  gateway = await startTestGateway({
    providers: {
      FLEX: { baseUrl: `${stub.url}/flex`, apiKey: 'some-key' },
      METEROID: { baseUrl: `${stub.url}/meteroid`, apiKey: 'some-key' },
      FLEXPRICE: { baseUrl: `${stub.url}/healthy`, apiKey: 'some-key' },
    },
    upstreamPolicy: { breakerMinimumCalls: 1e6 },
  });
});
afterAll(async () => {
  await gateway.stop();
  await stub.stop();
});

const flexSession = (rest: string) => `{"checkout_session":{"checkout_session_id":"fcs_1","status":"open",${rest}}}`;

const FLEX = '{ s: checkoutSessionByProviderId(provider: FLEX, providerId: "fcs_1") { status metadata { key } } }';
const METEROID = '{ s: checkoutSessionByProviderId(provider: METEROID, providerId: "che_1") { status } }';
const OTHER = '{ s: checkoutSessionByProviderId(provider: FLEXPRICE, providerId: "cs_1") { status } }';
const listOf = (provider: string) =>
  `{ checkoutSessions(first: 5, filter: { providers: [${provider}] }) { nodes { status } } }`;

async function expectOthersAnswered(): Promise<void> {
  expect(await gateway.ask(OTHER)).toEqual({ data: { s: { status: 'OPEN' } } });
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
}

it.each<[string, string, () => string]>([
  ['lists in lists', FLEX, () => filled('[')],
  ['objects in objects, in metadata', FLEX, () => flexSession(`"metadata":${filled('{"a":')}`)],
  ['empty objects', FLEX, () => `[${filled('{},')}{}]`],
  ['payment intents that are none', FLEX, () => flexSession(`"payment_intents":[${filled('{},')}{}]`)],
  ['captures that are none', FLEX, () => flexSession(`"captures":[${filled('1,')}1]`)],
  ['refunds without an amount', FLEX, () => flexSession(`"refunds":[${filled('{"amount":"x","created_at":"x"},')}{}]`)],
  ['a session of another provider', METEROID, () => `{"session":{"id":"che_1","x":[${filled('{},')}{}]}}`],
])('of %s: an answer that cannot be read, and nobody else waits', async (_, question, body) => {
  answer = { body: body() };
  const { errors } = await gateway.ask(question);
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE', retryable: false } }]);
  await expectOthersAnswered();
});

it('lists longer than a session has, and metadata with more entries, cost no more than themselves', async () => {
  const keys = Array.from({ length: 150_000 }, (_, index) => `"k${index}":1`);
  const wrong = Array(150_000).fill('{}');
  answer = { body: flexSession(`"metadata":{${keys}},"payment_intents":[${wrong}]`) };
  expect(await gateway.ask(FLEX)).toEqual({ data: { s: { status: 'OPEN', metadata: [] } } });
  await expectOthersAnswered();
});

it.each<[string, string, () => string]>([
  [
    'FLEX',
    'more sessions than a page has',
    () => `{"checkout_sessions":[${Array(251).fill('{"checkout_session_id":"a"}')}]}`,
  ],
  ['METEROID', 'more sessions than fit', () => `{"sessions":[${Array(25_001).fill('{"id":"a"}')}]}`],
])('a list of %s with %s is none', async (provider, _, body) => {
  answer = { body: body() };
  const { errors } = await gateway.ask(listOf(provider));
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
  await expectOthersAnswered();
});

it('a refusal is looked through as far as a refusal goes', async () => {
  const cancel =
    'mutation { cancelCheckoutSession(input: { id: "ID", idempotencyKey: "KEY" }) { userErrors { code } } }';
  const id = Buffer.from('1f:fcs_1').toString('base64url');
  const ask = (key: string) => gateway.ask(cancel.replace('ID', id).replace('KEY', key));
  answer = { status: 422, body: `{"detail":[${Array(100_000).fill('{"loc":[{}]}')}]}` };
  expect((await ask('many-details')).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_ERROR' } }]);
  answer = { status: 422, body: `{"detail":[${filled('{},')}{}]}` };
  expect((await ask('more-details')).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_ERROR' } }]);
  await expectOthersAnswered();
});
