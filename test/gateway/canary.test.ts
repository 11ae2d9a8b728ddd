import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { FULL_SESSION } from '../helpers/full-session.ts';
import { signedHeaders } from '../live/deliver.ts';
import { FLEX_FULL, FLEXPRICE_FULL, METEROID_FULL } from '../providers/changes-inputs.ts';
import { canary, SHOWN, WAYS } from './canary-provider.ts';
import { CALLERS, type CanaryWorld, OWN, startCanaryWorld } from './canary-world.ts';

const NAMES = ['FLEXPRICE', 'METEROID', 'FLEX'] as const;
const IDS = NAMES.map((name) => globalId(name, 'cs_1'));

const READS = `query ($ids: [ID!]!, $filter: CheckoutSessionFilter) {
  ${NAMES.map((name) => `${name}: checkoutSessionByProviderId(provider: ${name}, providerId: "cs_1") { ...FullSession }`).join('\n')}
  nodes(ids: $ids) { id }
  checkoutSessions(first: 5, filter: $filter) { totalCount nodes { ...FullSession } sources { provider state code message } }
  providers { provider health operations }
  operation(idempotencyKey: "k") { state userErrors { code message field } }
} ${FULL_SESSION}`;

const SUBSCRIPTION = `subscription ($ids: [ID!]) {
  checkoutSessionChanged(ids: $ids) { checkoutSession { ...FullSession } previousStatus trigger at }
} ${FULL_SESSION}`;

const PAYLOAD = '{ checkoutSession { ...FullSession } userErrors { code message field } }';
const CHANGES: [name: string, input: string, value: (key: string, id: string) => object][] = [
  ['cancel', 'CheckoutSessionActionInput', (idempotencyKey, id) => ({ id, idempotencyKey })],
  ['reauthorize', 'CheckoutSessionActionInput', (idempotencyKey, id) => ({ id, idempotencyKey })],
  ['delete', 'CheckoutSessionActionInput', (_, id) => ({ id })],
  ['capture', 'CaptureCheckoutSessionInput', (idempotencyKey, id) => ({ id, idempotencyKey, amountMinorUnits: 1 })],
  ['refund', 'RefundCheckoutSessionInput', (idempotencyKey, id) => ({ id, idempotencyKey, amountMinorUnits: 1 })],
  ['confirm', 'ConfirmCheckoutSessionInput', (idempotencyKey, id) => ({ id, idempotencyKey, paymentMethod: 'fpm_1' })],
];
const NEW = [{ flexprice: FLEXPRICE_FULL }, { meteroid: METEROID_FULL }, { flex: FLEX_FULL }];

const change = (name: string, input: string) =>
  `mutation ($input: ${input}!) { ${name}CheckoutSession(input: $input) ${PAYLOAD} } ${FULL_SESSION}`;

let keys = 0;
const freshKey = () => `change_${keys++}`;

/** Every kind of operation, whatever becomes of it. */
async function askEverything(world: CanaryWorld): Promise<void> {
  await Promise.all([
    world.ask(READS, { ids: IDS }),
    world.ask(READS, { ids: IDS, filter: { customerEmail: 'ada@example.com' } }),
    world.listen(SUBSCRIPTION, { ids: IDS }),
    ...NEW.map((session) =>
      world.ask(change('create', 'CreateCheckoutSessionInput'), { input: { idempotencyKey: freshKey(), session } }),
    ),
    ...CHANGES.flatMap(([name, input, value]) =>
      IDS.map((id) => world.ask(change(name, input), { input: value(freshKey(), id) })),
    ),
  ]);
  for (const path of ['/metrics', '/readyz', '/healthz', '/']) await world.fetch(path);
}

/** Strangers, and requests that are wrong; what is theirs is shown to nobody either. */
async function askWrongly(world: CanaryWorld): Promise<void> {
  const shown = [
    { authorization: `Bearer ${CALLERS.wrong}` },
    { authorization: `Bearer ${CALLERS.token}` },
    { authorization: CALLERS.token },
    { authorization: `Basic ${CALLERS.wrong}`, 'x-api-key': CALLERS.key },
    { 'x-api-key': CALLERS.wrong, 'x-request-id': 'of-mine' },
  ];
  for (const headers of shown) {
    await world.ask('{ providers { provider } }', {}, headers);
    await world.fetch('/graphql/stream', { method: 'PUT', headers });
    for (const path of ['/graphql?query={', '/graphql/stream', '/nope', '/metrics', '/readyz'])
      await world.fetch(path, { headers });
  }
  await world.ask('{ nope }');
  await world.ask('{ node(id: 5.5) { id } }');
  await world.fetch('/graphql', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } });
  await world.fetch('/graphql', { method: 'DELETE' });
}

async function sendWebhooks(world: CanaryWorld): Promise<void> {
  const told = canary('event');
  const event = JSON.stringify({
    event_type: 'checkout.session.completed',
    checkout_session: { id: 'cs_1', secret: told },
  });
  for (const provider of ['flexprice', 'meteroid', 'flex'] as const) {
    const right = signedHeaders(provider, event, { secret: OWN.webhook });
    const wrong = { 'svix-signature': `v1,${CALLERS.wrong}`, 'svix-id': CALLERS.wrong };
    const garbage = `{"a": "${told}`;
    const sent: [Record<string, string>, string][] = [
      [right, event],
      [{ ...right, ...wrong }, event],
      [{ ...right, 'svix-timestamp': CALLERS.wrong }, event],
      [{}, event],
      [signedHeaders(provider, garbage, { secret: OWN.webhook }), garbage],
      [right, told.repeat(100_000)],
    ];
    for (const [headers, body] of sent) await world.fetch(`/webhooks/${provider}`, { method: 'POST', headers, body });
  }
  expect(world.said.filter((line) => line.includes(told))).toEqual([]);
}

const hash = createHash('sha256').update(CALLERS.key).digest('hex');

type Auth = Parameters<typeof startCanaryWorld>[0];
const FEW = WAYS.filter(({ name }) => ['sessions', 'status 401', 'a reset', 'no JSON'].includes(name));

describe.each<[string, Auth, typeof WAYS]>([
  ['callers are not told apart', () => ({}), WAYS],
  ['callers show a key', () => ({ AUTH_MODE: 'api-key', API_KEYS: `shop:${hash}:checkout:read checkout:write` }), FEW],
  [
    'callers show a token, whose keys come from one that hides as much',
    (url) => ({ AUTH_MODE: 'jwt', JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'gateway', JWT_JWKS_URL: url }),
    FEW,
  ],
])('where %s', (_, auth, ways) => {
  let world: CanaryWorld;
  beforeAll(async () => {
    world = await startCanaryWorld(auth);
  });
  afterAll(() => world.stop());

  it.each(ways)('nothing gets out that a provider hides: $name', async (way) => {
    world.provider.treat(way);
    const before = world.said.length;
    await askEverything(world);
    expect(world.said.length).toBeGreaterThan(before + 20);
    expect(world.leaks(before)).toEqual([]);
  });

  it('nothing gets out of who asks wrongly, nor of what webhooks bring', async () => {
    const before = world.said.length;
    await askWrongly(world);
    await sendWebhooks(world);
    expect(world.leaks(before)).toEqual([]);
  });

  it('and no answer tells where in the code anything is', async () => {
    await askWrongly(world);
    const told = world.said.filter((line) => !line.startsWith('log: '));
    expect(told.length).toBeGreaterThan(20);
    expect(told.filter((line) => /node_modules|\bat \w+ \(|\.ts:\d+/.test(line))).toEqual([]);
  });
});

it('nothing gets out of Redis when it goes away', async () => {
  const world = await startCanaryWorld(() => ({}));
  try {
    await askEverything(world);
    await world.killRedis();
    await askEverything(world);
    await sendWebhooks(world);
    expect(world.said.join()).toMatch(/log: .*redis/i);
    expect(world.leaks()).toEqual([]);
  } finally {
    await world.stop();
  }
});

it('what a session shows is shown, and this search would find what is not to be', async () => {
  const world = await startCanaryWorld(() => ({}));
  try {
    const answer = await world.ask(READS, { ids: IDS });
    expect(answer).toContain(SHOWN);
    expect(world.provider.calls()).toBeGreaterThan(3);
    expect(world.said.some((line) => line.startsWith('log: '))).toBe(true);
    world.said.push(`planted: ${CALLERS.token.split('.')[1]}`);
    expect(world.leaks()).toHaveLength(1);
  } finally {
    await world.stop();
  }
});
