import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/checkout/errors.ts';
import type { EventSubject, WebhookReader } from '../../src/checkout/provider-event.ts';
import { callContext, changesRig, type SandboxedName } from './changes-rig.ts';

const rig = changesRig({ sessions: 30 });

function reader(name: SandboxedName): WebhookReader {
  const { webhook } = rig.provider(name);
  if (!webhook) throw new Error(`${name} has no webhooks.`);
  return webhook;
}

const session = (providerId: string, stage: number | null): EventSubject => ({
  is: 'SESSION',
  providerId,
  shown: stage === null ? null : { updatedAt: null, stage, isArchived: false },
});
const payment = (paymentId: string): EventSubject => ({ is: 'PAYMENT', paymentId });

const checkout = (properties: Record<string, unknown>) => ({ checkout_session: { id: 'cs_1', ...properties } });

it.each<[string, Record<string, unknown>, EventSubject | null]>([
  ['checkout.session.initiated', checkout({ checkout_status: 'pending' }), session('cs_1', 1)],
  ['checkout.session.completed', checkout({ checkout_status: 'completed' }), session('cs_1', 4)],
  ['checkout_session.completed', checkout({ checkout_status: 'completed' }), session('cs_1', 4)],
  ['checkout.session.failed', checkout({ checkout_status: 'failed' }), session('cs_1', 3)],
  ['checkout.session.expired', checkout({ checkout_status: 'expired' }), session('cs_1', 3)],
  [
    'checkout.session.expired',
    checkout({ checkout_status: 'pending', cancelled_at: '2026-01-01T00:00:00Z' }),
    session('cs_1', 3),
  ],
  [
    'checkout.session.initiated',
    checkout({ checkout_status: 'pending', cancelled_at: '0001-01-01T00:00:00Z' }),
    session('cs_1', 1),
  ],
  ['checkout.session.initiated', checkout({ checkout_status: 'pending', cancelled_at: [] }), session('cs_1', 1)],
  ['checkout.session.tomorrow', checkout({ checkout_status: 'tomorrow' }), session('cs_1', null)],
  ['checkout.session.completed', checkout({}), session('cs_1', null)],
  ['checkout.session.completed', checkout({ checkout_status: { odd: true } }), session('cs_1', null)],
  ['checkout.session.completed', { checkout_session: { checkout_status: 'completed' } }, null],
  ['checkout.session.completed', { checkout_session: 'cs_1' }, null],
  ['checkout.session.completed', {}, null],
  ['subscription.created', checkout({ checkout_status: 'completed' }), null],
  ['payment.success', checkout({}), null],
])('Flexprice: %s with %j', (type, properties, subject) => {
  expect(reader('FLEXPRICE').read({ event_type: type, ...properties })).toEqual({ type, subject });
});

it.each<[string, Record<string, unknown>, EventSubject | null]>([
  ['subscription.created', { subscription_id: 'sub_1', customer_id: 'cus_1' }, { is: 'CUSTOMER', customerId: 'cus_1' }],
  ['subscription.created', { subscription_id: 'sub_1' }, null],
  ['invoice.finalized', { customer_id: 'cus_1' }, null],
  ['customer.created', { customer_id: 'cus_1' }, null],
  ['checkout.session.completed', { customer_id: 'cus_1' }, null],
])('Meteroid: %s with %j', (type, properties, subject) => {
  const body = { id: 'evt_1', type, timestamp: '2026-01-01T00:00:00Z', ...properties };
  expect(reader('METEROID').read(body)).toEqual({ type, subject });
});

const subscription: EventSubject = { is: 'SUBSCRIPTION', subscriptionId: 'fsub_1' };

it.each<[string, unknown, EventSubject | null]>([
  ['checkout.session.completed', { checkout_session_id: 'fcs_1', status: 'complete' }, session('fcs_1', 4)],
  ['checkout_session.completed', { checkout_session_id: 'fcs_1', status: 'paid' }, session('fcs_1', 2)],
  [
    'checkout.session.expired',
    { checkout_session: { checkout_session_id: 'fcs_1', status: 'expired' } },
    session('fcs_1', 3),
  ],
  ['checkout.session.refunded', { id: 'fcs_1', status: 'tomorrow' }, session('fcs_1', null)],
  ['checkout.session.completed', { checkout_session: 'fcs_1', status: 'complete' }, session('fcs_1', null)],
  ['checkout.session.completed', { status: 'complete' }, null],
  ['checkout.session.completed', 'fcs_1', session('fcs_1', null)],
  ['payment_intent.succeeded', { payment_intent_id: 'fpi_1', checkout_session: 'fcs_1' }, session('fcs_1', null)],
  [
    'payment_intent.succeeded',
    { payment_intent_id: 'fpi_1', checkout_session: { checkout_session_id: 'fcs_1', status: 'complete' } },
    session('fcs_1', null),
  ],
  ['payment_intent.created', { payment_intent_id: 'fpi_1', id: 'other' }, payment('fpi_1')],
  ['payment_intent.created', { id: 'fpi_1' }, payment('fpi_1')],
  ['payment_intent.created', { payment_intent: { payment_intent_id: 'fpi_1' } }, payment('fpi_1')],
  ['charge.refunded', { id: 'fch_1', payment_intent: 'fpi_1' }, payment('fpi_1')],
  ['charge.refunded', { id: 'fch_1', payment_intent_id: 'fpi_1' }, payment('fpi_1')],
  ['charge.refunded', { id: 'fch_1' }, null],
  [
    'refund.updated',
    { refund_id: 'fre_1', payment_intent: { payment_intent_id: 'fpi_1', checkout_session_id: 'fcs_1' } },
    session('fcs_1', null),
  ],
  ['refund.created', { refund_id: 'fre_1', payment_intent: { id: 'fpi_1' } }, payment('fpi_1')],
  ['charge.dispute.created', { dispute_id: 'fdp_1', checkout_session_id: 'fcs_1' }, session('fcs_1', null)],
  ['charge.dispute.closed', { dispute_id: 'fdp_1', payment_intent: 'fpi_1' }, payment('fpi_1')],
  ['customer.subscription.updated', { subscription_id: 'fsub_1' }, subscription],
  ['customer.subscription.created', { subscription: { id: 'fsub_1' } }, subscription],
  ['customer.subscription.deleted', { status: 'canceled' }, null],
  ['customer.created', { customer_id: 'fcus_1' }, null],
  ['invoice.paid', { id: 'fin_1', checkout_session: 'fcs_1' }, null],
  ['tomorrow', { checkout_session_id: 'fcs_1' }, null],
])('Flex: %s with %j', (type, object, subject) => {
  const event = { event_id: 'fevt_1', event_type: type, object, event_dt: 1793534400, test_mode: true };
  expect(reader('FLEX').read({ event })).toEqual({ type, subject });
  expect(reader('FLEX').read(event)).toEqual({ type, subject });
});

const NO_IDS = [null, 7, true, [], ['cs_1'], {}, '', 'x'.repeat(201), 'a\u0000b', 'a\nb', '\ud800'];

it.each(NO_IDS)('%j is no id', (id) => {
  const flex = (type: string, object: unknown) => reader('FLEX').read({ event: { event_type: type, object } }).subject;
  const { read } = reader('FLEXPRICE');
  expect(read({ event_type: 'checkout.session.completed', checkout_session: { id } }).subject).toBeNull();
  expect(reader('METEROID').read({ type: 'subscription.created', customer_id: id }).subject).toBeNull();
  expect(flex('checkout.session.completed', { checkout_session_id: id })).toBeNull();
  expect(flex('charge.refunded', { payment_intent: id })).toBeNull();
  expect(flex('customer.subscription.updated', { subscription_id: id })).toBeNull();
  expect(flex('refund.updated', { checkout_session: id, payment_intent: 'fpi_1' })).toEqual(payment('fpi_1'));
});

it.each(['.', '..', 'x'.repeat(94)])('%j is no id of a session, which has to be asked for by it', (id) => {
  const type = 'checkout.session.completed';
  expect(reader('FLEXPRICE').read({ event_type: type, checkout_session: { id } }).subject).toBeNull();
  expect(reader('FLEX').read({ event_type: type, object: { checkout_session_id: id } }).subject).toBeNull();
  const charge = { event_type: 'charge.refunded', object: { checkout_session: id, payment_intent: 'fpi_1' } };
  expect(reader('FLEX').read(charge).subject).toEqual(payment('fpi_1'));
});

it('takes no type from what is no word', () => {
  for (const type of [undefined, null, 7, {}, 'x'.repeat(201), 'a\u0000b']) {
    const body = { type, event_type: type, event: { event_type: type } };
    for (const name of NAMES) expect(reader(name).read(body)).toEqual({ type: '', subject: null });
  }
});

const NAMES = ['FLEXPRICE', 'METEROID', 'FLEX'] as const;

const TYPES = [
  ...['checkout.session.completed', 'subscription.created', 'payment_intent.succeeded', 'charge.dispute.closed'],
  ...['refund.updated', 'customer.subscription.updated'],
];
const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true });
const KEYS = [
  ...['id', 'object', 'event', 'checkout_session', 'checkout_session_id', 'payment_intent', 'payment_intent_id'],
  ...['subscription', 'subscription_id', 'customer_id', 'status', 'checkout_status', 'cancelled_at'],
];
/** Objects with the properties that are looked at, and anything in them. */
const { nearly } = fc.letrec((tie) => ({
  nearly: fc.dictionary(
    fc.constantFrom(...KEYS),
    fc.oneof({ depthSize: 'small' }, anything, fc.string(), tie('nearly')),
  ),
}));

it.each(NAMES)('%s: never throws, whatever a body is', (name) => {
  const { read } = reader(name);
  const type = fc.oneof(fc.constantFrom(...TYPES), anything);
  const typed = fc.tuple(nearly, type).map(([body, word]) => {
    const object = { ...(body as object), type: word, event_type: word };
    return { ...object, event: object };
  });
  fc.assert(
    fc.property(fc.oneof(anything, nearly, typed), (body) => {
      const event = read(body);
      expect(typeof event.type).toBe('string');
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
      for (const [key, value] of Object.entries(event.subject ?? {}))
        if (key.endsWith('Id')) expect(value).toMatch(/^\P{Cc}{1,200}$/u);
    }),
    { numRuns: 500 },
  );
});

it('never throws for a body of a hundred thousand levels', () => {
  const deep = JSON.parse('{"event":'.repeat(100_000) + '1'.padEnd(100_001, '}'));
  const odd = { checkout_session: deep, object: deep, id: deep, customer_id: deep };
  for (const name of NAMES)
    for (const type of TYPES) expect(() => reader(name).read({ ...odd, type, event_type: type })).not.toThrow();
});

const sessionsOf = (name: SandboxedName, subject: EventSubject) => reader(name).sessionsOf(subject, callContext());

it.each(NAMES)('%s: a session is itself, without a call', async (name) => {
  const before = rig.sandbox.control.calls({}).length;
  expect(await sessionsOf(name, session('some', null))).toEqual(['some']);
  expect(rig.sandbox.control.calls({})).toHaveLength(before);
});

const OTHERS: EventSubject[] = [{ is: 'CUSTOMER', customerId: 'cus_1' }, payment('fpi_1'), subscription];

it.each([
  ['FLEXPRICE', OTHERS],
  ['METEROID', OTHERS.slice(1)],
  ['FLEX', OTHERS.slice(0, 1)],
] as const)('%s: what it never tells of has no sessions, without a call', async (name, subjects) => {
  const before = rig.sandbox.control.calls({}).length;
  for (const subject of subjects) expect(await sessionsOf(name, subject)).toEqual([]);
  expect(rig.sandbox.control.calls({})).toHaveLength(before);
});

/** Every session of a provider's list. */
async function listed(path: string, name: SandboxedName): Promise<Record<string, unknown>[]> {
  const { baseUrl, apiKey } = rig.sandbox.providers[name === 'FLEX' ? 'flex' : 'meteroid'];
  const response = await fetch(baseUrl + path, { headers: { authorization: `Bearer ${apiKey}` } });
  return Object.values((await response.json()) as Record<string, Record<string, unknown>[]>)[0] ?? [];
}

it("Meteroid: a customer's sessions are those of its list", async () => {
  const all = await listed('/api/v1/checkout-sessions', 'METEROID');
  const customerId = String(all[0]?.customer_id);
  const ids = all.filter(({ customer_id }) => customer_id === customerId).map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(await sessionsOf('METEROID', { is: 'CUSTOMER', customerId })).toEqual(ids);
  for (const unknown of ['cus_nobody', 'somebody@shop.example', 'a&b=c'])
    expect(await sessionsOf('METEROID', { is: 'CUSTOMER', customerId: unknown })).toEqual([]);
});

it('Flex: the sessions of a payment and of a subscription are those of its list', async () => {
  const all = await listed('/v1/checkout/sessions?limit=100', 'FLEX');
  for (const [property, subjectOf] of [
    ['payment_intent', payment],
    ['subscription', (subscriptionId: string): EventSubject => ({ is: 'SUBSCRIPTION', subscriptionId })],
  ] as const) {
    const found = all.find((one) => typeof one[property] === 'string');
    if (!found) throw new Error(`The sandbox has no session with a ${property}.`);
    const subject = subjectOf(String(found[property]));
    expect(await sessionsOf('FLEX', subject)).toEqual([found.checkout_session_id]);
    expect(rig.lastCall('FLEX')).toMatchObject({ query: { [property]: found[property], limit: '100' } });
    expect(await sessionsOf('FLEX', subjectOf('none'))).toEqual([]);
  }
});

it.each([
  ['METEROID', { is: 'CUSTOMER', customerId: 'cus_1' }],
  ['FLEX', { is: 'PAYMENT', paymentId: 'fpi_1' }],
] as const)('%s: says so when it cannot be asked', async (name, subject) => {
  rig.fault(name, { kind: 'status', status: 500 });
  await expect(sessionsOf(name, subject)).rejects.toBeInstanceOf(GatewayError);
});
