import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProviderName, Sandbox } from '../../sandbox/index.ts';
import { ask, BODIES, begin, NOON } from './client.ts';
import { idOf, type Receiver, receive, settled, typeOf, verify } from './receiver.ts';

const PROVIDERS: ProviderName[] = ['flexprice', 'meteroid', 'flex'];

let sandbox: Sandbox;
let hook: Receiver;
beforeEach(async () => {
  hook = await receive();
  const target = { url: hook.url };
  sandbox = await begin({ sessions: 30, webhooks: { flexprice: target, meteroid: target, flex: target } });
});
afterEach(async () => {
  await sandbox.stop();
  await hook[Symbol.asyncDispose]();
});

const types = (): string[] => hook.received.map(typeOf);

async function create(provider: ProviderName, body: unknown = BODIES[provider]): Promise<string> {
  const { json } = await ask(sandbox, provider, '', { body });
  return String(json.id ?? json.session?.id ?? json.checkout_session?.checkout_session_id);
}

/** A Flex session that is created over the API, with some properties of its own. */
const createFlex = (more: object): Promise<string> =>
  create('flex', { checkout_session: { ...BODIES.flex.checkout_session, ...more } });

test.each(PROVIDERS)('%s: a payment is told, signed with its secret, in real time', async (provider) => {
  sandbox.control.advance({ seconds: 600 });
  await settled(sandbox);
  const before = hook.received.length;
  sandbox.control.pay({ provider, id: sandbox.examples[provider] });
  await settled(sandbox);
  const [one] = (await hook.got(before + 1)).slice(before);
  if (one === undefined) throw new Error('nothing came');
  expect(verify(one, sandbox.providers[provider].webhookSecret)).toEqual(one.json);
  const other = provider === 'flex' ? 'flexprice' : 'flex';
  expect(() => verify(one, sandbox.providers[other].webhookSecret)).toThrow('No matching signature');
  expect(Math.abs(Number(one.headers['svix-timestamp']) * 1000 - Date.now())).toBeLessThan(10_000);
  expect(one.headers).toMatchObject({ 'content-type': 'application/json', 'svix-id': expect.stringMatching(/^msg_/) });
});

test('flexprice: the link, the end, and only a part of the session', async () => {
  const id = await create('flexprice');
  expect(sandbox.control.webhooks()).toEqual([]);
  sandbox.control.advance({ seconds: 1 });
  sandbox.control.pay({ provider: 'flexprice', id });
  await settled(sandbox);
  const about = hook.received.filter(({ json }) => json.checkout_session?.id === id);
  const [initiated, completed] = about.toSorted((a, b) => typeOf(b).localeCompare(typeOf(a)));
  const session = { id, customer_id: expect.any(String), action: 'create_subscription', payment_provider: 'razorpay' };
  expect(initiated?.json).toEqual({
    event_type: 'checkout.session.initiated',
    checkout_session: {
      ...session,
      checkout_status: 'pending',
      payment_action: { type: expect.any(String), url: expect.any(String) },
      expires_at: expect.any(String),
    },
  });
  expect(completed?.json).toMatchObject({
    event_type: 'checkout.session.completed',
    checkout_session: { ...session, checkout_status: 'completed', checkout_invoice_id: expect.any(String) },
  });
  expect(completed?.json.checkout_session).not.toHaveProperty('created_at');
});

test('flexprice: failed, expired, and nothing when it is canceled or archived', async () => {
  sandbox.control.switches({ flexpriceLinkDelayMs: 0 });
  const [failing, expiring, ending, paid] = [
    await create('flexprice'),
    await create('flexprice'),
    await create('flexprice'),
    sandbox.control.create({ provider: 'flexprice', checkout_status: 'initiated' }),
  ];
  await hook.got(3);
  sandbox.control.fail({ provider: 'flexprice', id: failing });
  sandbox.control.expire({ provider: 'flexprice', id: expiring });
  sandbox.control.cancel({ provider: 'flexprice', id: ending });
  await ask(sandbox, 'flexprice', `/${ending}`, { method: 'DELETE' });
  sandbox.control.pay({ provider: 'flexprice', id: String(paid.id) });
  await settled(sandbox);
  const told = (id: unknown): string[] =>
    hook.received.filter(({ json }) => json.checkout_session.id === id).map((one) => typeOf(one).slice(17));
  expect(told(failing)).toEqual(['initiated', 'failed']);
  expect(told(expiring)).toEqual(['initiated', 'expired']);
  expect(told(ending)).toEqual(['initiated']);
  expect(told(paid.id).sort()).toEqual(['completed', 'initiated']);
});

test('meteroid: a subscription, and nothing about checkouts', async () => {
  const [paid, cancelled, failed] = [await create('meteroid'), await create('meteroid'), await create('meteroid')];
  await ask(sandbox, 'meteroid', `/${cancelled}/cancel`, { method: 'POST' });
  sandbox.control.fail({ provider: 'meteroid', id: failed });
  sandbox.control.expire({ provider: 'meteroid', id: sandbox.examples.meteroid });
  const session = sandbox.control.pay({ provider: 'meteroid', id: paid });
  const [one] = await hook.got(1);
  await settled(sandbox);
  expect(hook.received).toHaveLength(1);
  expect(one?.json).toMatchObject({
    id: expect.stringMatching(/^evt_/),
    type: 'subscription.created',
    timestamp: '2026-06-15T12:00:00.250Z',
    subscription_id: session.subscription_id,
    customer_id: session.customer_id,
  });
  expect(one?.text).not.toContain(paid);
});

test('flex: paying, refunding, and what each is about', async () => {
  const id = await createFlex({});
  sandbox.control.pay({ provider: 'flex', id });
  await ask(sandbox, 'flex', `/${id}/refund`, { body: { checkout_session: { amount: 100 } } });
  await hook.got(6);
  const objects = Object.fromEntries(hook.received.map((one) => [typeOf(one), one.json.event.object]));
  const intent = sandbox.control.session({ provider: 'flex', id })?.payment_intent;
  expect(objects).toEqual({
    'payment_intent.created': expect.objectContaining({ payment_intent_id: intent, status: 'requires_payment_method' }),
    'payment_intent.succeeded': expect.objectContaining({ payment_intent_id: intent, status: 'succeeded' }),
    'checkout.session.completed': expect.objectContaining({ checkout_session_id: id, status: 'complete' }),
    'refund.created': expect.objectContaining({ amount: 100, payment_intent: intent }),
    'charge.refunded': expect.objectContaining({ amount_refunded: 100, payment_intent: intent, refunded: false }),
    'checkout.session.refunded': sandbox.control.session({ provider: 'flex', id }),
  });
  const { event } = hook.received[0]?.json ?? {};
  expect(event).toMatchObject({ event_id: expect.stringMatching(/^fevt_/), test_mode: true });
  expect([event.event_dt, event.created_at]).toEqual(['2026-06-15T12:00:00.250Z', Math.floor(NOON / 1000)]);
});

test('flex: API calls tell as customers do', async () => {
  const { flex } = sandbox.examples;
  const key = { 'idempotency-key': 'k' };
  const confirmed = await ask(sandbox, 'flex', `/${flex}/confirm`, { method: 'POST', headers: key });
  expect(confirmed.status).toBe(200);
  await ask(sandbox, 'flex', `/${flex}/confirm`, { method: 'POST', headers: key });
  await settled(sandbox);
  expect(types().sort()).toEqual(['checkout.session.completed', 'payment_intent.created']);
  await ask(sandbox, 'flex', `/${flex}/capture`, { method: 'POST' });
  await settled(sandbox);
  expect(types()).toContain('payment_intent.succeeded');
  const canceled = await createFlex({});
  await ask(sandbox, 'flex', `/${canceled}/cancel`, { method: 'POST' });
  await settled(sandbox);
  expect(hook.received).toHaveLength(3);
});

test('flex: a second attempt is no new payment, a subscription is told, a setup has no payment', async () => {
  const again = await createFlex({});
  sandbox.control.fail({ provider: 'flex', id: again });
  sandbox.control.pay({ provider: 'flex', id: again });
  await settled(sandbox);
  expect(types().filter((type) => type === 'payment_intent.created')).toHaveLength(1);
  sandbox.control.pay({ provider: 'flex', id: await createFlex({ mode: 'subscription' }) });
  await settled(sandbox);
  expect(types()).toContain('customer.subscription.created');
  const before = hook.received.length;
  sandbox.control.pay({ provider: 'flex', id: await createFlex({ mode: 'setup' }) });
  await settled(sandbox);
  expect(types().slice(before)).toEqual(['checkout.session.completed']);
});

test('flex: older headers, and types with an underscore', async () => {
  const secret = 'whsec_c2VjcmV0IG9mIGFub3RoZXIgZW5kcG9pbnQ=';
  sandbox.control.webhookTo({ provider: 'flex', url: hook.url, secret, headers: 'flex-event' });
  sandbox.control.switches({ flexEventTypes: 'underscored' });
  sandbox.control.expire({ provider: 'flex', id: sandbox.examples.flex });
  const [one] = await hook.got(1);
  if (one === undefined) throw new Error('nothing came');
  expect(verify(one, secret, 'flex-event')).toMatchObject({ event: { event_type: 'checkout_session.expired' } });
  expect(one.headers).not.toHaveProperty('svix-id');
});

test('what time brings is told: expiry, customers, money that arrives days later', async () => {
  sandbox.control.advance({ seconds: 5 * 86_400 });
  await settled(sandbox);
  const told = new Set(types());
  for (const word of ['completed', 'expired']) expect(told).toContain(`checkout.session.${word}`);
  expect(told).toContain('checkout.session.async_payment_succeeded');
  expect(told).toContain('subscription.created');
  expect(new Set(hook.received.map(idOf)).size).toBe(hook.received.length);
});

test('flex: a bank debit that fails', async () => {
  await sandbox.stop();
  sandbox = await begin({ sessions: 300, webhooks: { flex: { url: hook.url } } });
  const where = { status: 'complete', amount_received: 0, capture_method: 'automatic', mode: 'payment' };
  const [session] = sandbox.control.sessions({ provider: 'flex', where });
  sandbox.control.fail({ provider: 'flex', id: String(session?.checkout_session_id) });
  await hook.got(1);
  expect(types()).toEqual(['checkout.session.async_payment_failed']);
});

test('what control creates, patches and removes is not told, unless it is asked to', async () => {
  const { checkout_session_id: id } = sandbox.control.create({ provider: 'flex', status: 'frozen' });
  const session = { provider: 'flex', id: String(id) } as const;
  sandbox.control.patch({ ...session, set: { extra: 1 } });
  expect(sandbox.control.webhooks()).toEqual([]);
  const [told] = sandbox.control.tell({ ...session, type: 'checkout.session.thawed' });
  const [one] = await hook.got(1);
  expect(one?.json.event).toMatchObject({
    event_type: 'checkout.session.thawed',
    object: { status: 'frozen', extra: 1 },
  });
  expect(told).toMatchObject({ id: one && idOf(one), session: id, state: 'waiting', type: 'checkout.session.thawed' });
  expect(() => sandbox.control.tell({ ...session, type: 'refund.created' })).toThrow('nothing that refund.created');
  expect(() => sandbox.control.tell({ provider: 'flex', id: 'fcs_x', type: 'x' })).toThrow('has no session');
  sandbox.control.remove(session);
  sandbox.control.advance({ seconds: 86_400 });
  expect(sandbox.control.webhooks().some((one) => one.session === id && one.type !== told?.type)).toBe(false);
});
