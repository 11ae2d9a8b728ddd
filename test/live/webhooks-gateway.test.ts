import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { counted, deliver, flexpriceEvent, postEvent, signedHeaders } from './deliver.ts';
import { type LiveWorld, openWorld, type Subscriber, subscribe } from './rig.ts';

let world: LiveWorld;
let gateway: TestGateway;

beforeAll(async () => {
  world = await openWorld();
  // Nothing comes but what a test sends, and no trouble of one test is another's.
  gateway = await world.start({ hears: false, upstreamPolicy: { breakerMinimumCalls: 1e6, attempts: 1 } });
});
afterAll(() => world.close());

/** A Flexprice session that somebody is shown as open. */
async function watched(): Promise<{ id: string; subscriber: Subscriber; calls(): number }> {
  const id = world.create('flexprice');
  const subscriber = subscribe(gateway, { ids: [globalId('FLEXPRICE', id)] });
  await subscriber.until(1);
  const calls = () => world.sandbox.control.calls({ provider: 'flexprice' }).filter(({ path }) => path.endsWith(id));
  return { id, subscriber, calls: () => calls().length };
}

const pay = (id: string) => world.sandbox.control.pay({ provider: 'flexprice', id });

const MINUTE = 60_000;
const FOREIGN = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

it('what is not signed by the provider, and now, does nothing', async () => {
  const { id, subscriber, calls } = await watched();
  pay(id);
  const before = calls();
  const text = JSON.stringify(flexpriceEvent('completed', id));
  const right = signedHeaders('flexprice', text);
  const bad: Record<string, Record<string, string>> = {
    'no headers': {},
    'no signature': { ...right, 'svix-signature': '' },
    'a wrong signature': { ...right, 'svix-signature': `v1,${Buffer.alloc(32, 1).toString('base64')}` },
    'that of another body': { ...signedHeaders('flexprice', `${text} `), 'svix-id': right['svix-id'] ?? '' },
    'another id': { ...right, 'svix-id': 'msg_other' },
    'a secret that nobody knows': signedHeaders('flexprice', text, { secret: FOREIGN }),
    'the secret of another provider': signedHeaders('meteroid', text),
    'six minutes ago': signedHeaders('flexprice', text, { at: new Date(Date.now() - 6 * MINUTE) }),
    'in six minutes': signedHeaders('flexprice', text, { at: new Date(Date.now() + 6 * MINUTE) }),
    'headers of Flex': signedHeaders('flexprice', text, { family: 'flex-event' }),
  };
  for (const [what, headers] of Object.entries(bad)) {
    expect([what, (await postEvent(gateway, 'flexprice', text, headers)).status]).toEqual([what, 401]);
  }
  const broken = Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]);
  const answers = await Promise.all([
    postEvent(gateway, 'flexprice', broken, signedHeaders('flexprice', broken.toString('utf8'))),
    postEvent(gateway, 'flexprice', 'x'.repeat(1024 * 1024 + 1), right),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([401, 413]);
  await sleep(300);
  expect(calls()).toBe(before);
  expect(subscriber.changes).toHaveLength(1);
  // All of it could have: this is the same event, rightly signed, four minutes ago.
  const late = { at: new Date(Date.now() - 4 * MINUTE) };
  expect((await deliver(gateway, 'flexprice', flexpriceEvent('completed', id), late)).status).toBe(200);
  expect((await subscriber.until(2))[1]).toMatchObject({ checkoutSession: { status: 'COMPLETED' } });
  await subscriber.stop();
});

it('while a secret is replaced both are right', async () => {
  const { FLEXPRICE } = world.addresses;
  const secrets = [2, 3].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`);
  const providers = { ...world.addresses, FLEXPRICE: { ...FLEXPRICE, webhookSecrets: secrets } };
  const rotating = await world.start({ hears: false, providers });
  const statuses = await Promise.all(
    [...secrets, FOREIGN, ...(FLEXPRICE.webhookSecrets ?? [])].map(async (secret) => {
      const event = flexpriceEvent('completed', world.create('flexprice'));
      return (await deliver(rotating, 'flexprice', event, { secret })).status;
    }),
  );
  expect(statuses).toEqual([200, 200, 401, 401]);
});

it('twenty that are the same at one time are one: one is applied, by one call, and shown once', async () => {
  const { id, subscriber, calls } = await watched();
  pay(id);
  const before = calls();
  const event = flexpriceEvent('completed', id);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => deliver(gateway, 'flexprice', event, { id: `msg_same_${id}` })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(answers.filter(({ body }) => body.status === 'recorded')).toHaveLength(1);
  expect(answers.filter(({ body }) => body.status === 'duplicate')).toHaveLength(19);
  await subscriber.until(2);
  await deliver(gateway, 'flexprice', event, { id: `msg_same_${id}` });
  await sleep(300);
  expect(calls()).toBe(before + 1);
  expect(subscriber.changes).toHaveLength(2);
  await subscriber.stop();
});

it('what is told late changes nothing any more', async () => {
  const { id, subscriber } = await watched();
  pay(id);
  await deliver(gateway, 'flexprice', flexpriceEvent('completed', id));
  await subscriber.until(2);
  for (const word of ['initiated', 'expired', 'failed']) {
    expect((await deliver(gateway, 'flexprice', flexpriceEvent(word, id))).status).toBe(200);
  }
  // Not even when the provider shows again what was before.
  world.sandbox.control.patch({ provider: 'flexprice', id, set: { checkout_status: 'pending' } });
  await deliver(gateway, 'flexprice', flexpriceEvent('initiated', id));
  await sleep(400);
  expect(subscriber.changes.map(({ checkoutSession }) => checkoutSession.status)).toEqual(['OPEN', 'COMPLETED']);
  await subscriber.stop();
});

it('types that nobody knows are taken, counted, and nothing else', async () => {
  const { id, subscriber, calls } = await watched();
  pay(id);
  const before = calls();
  const unknown = { event_type: 'brand.new', checkout_session: { id } };
  expect(await deliver(gateway, 'flexprice', unknown)).toMatchObject({ status: 200, body: { status: 'ignored' } });
  expect((await deliver(gateway, 'flexprice', {})).status).toBe(200);
  expect(await counted(gateway, 'FLEXPRICE', 'other', 'ignored')).toBe(2);
  await sleep(200);
  expect([calls(), subscriber.changes.length]).toEqual([before, 1]);
  await subscriber.stop();
});

it('a session that the provider does not show yet is told of when it does', async () => {
  const everything = subscribe(gateway, { filter: { providers: ['FLEXPRICE'], includeArchived: true } });
  const id = 'cs_not_yet_shown';
  const named = subscribe(gateway, { ids: [globalId('FLEXPRICE', id)] });
  expect((await deliver(gateway, 'flexprice', flexpriceEvent('initiated', id))).status).toBe(200);
  // Longer than it is asked again at once.
  await sleep(1800);
  expect([everything.changes, named.changes]).toEqual([[], []]);
  world.create('flexprice', { id });
  for (const subscriber of [everything, named]) {
    expect((await subscriber.until(1))[0]).toMatchObject({
      checkoutSession: { providerId: id, status: 'OPEN' },
      previousStatus: null,
      trigger: 'WEBHOOK',
    });
  }
  await Promise.all([everything.stop(), named.stop()]);
});

it('while the provider is down its events are acknowledged, and applied when it is back', async () => {
  const { id, subscriber } = await watched();
  pay(id);
  world.sandbox.control.fault({ provider: 'flexprice', kind: 'status', status: 503 });
  const answer = await deliver(gateway, 'flexprice', flexpriceEvent('completed', id));
  expect(answer).toMatchObject({ status: 200, body: { status: 'recorded' } });
  await sleep(1200);
  expect(subscriber.changes).toHaveLength(1);
  world.sandbox.control.clearFaults();
  const changes = await subscriber.until(2, 8000);
  expect(changes[1]).toMatchObject({ previousStatus: 'OPEN', checkoutSession: { status: 'COMPLETED' } });
  await subscriber.stop();
});

it('while the provider shows what was before its own event, nobody is told that', async () => {
  const { id, subscriber } = await watched();
  const { control } = world.sandbox;
  control.patch({ provider: 'flexprice', id, set: { failure_reason: 'shown too early' } });
  const event = flexpriceEvent('completed', id);
  expect((await deliver(gateway, 'flexprice', event)).status).toBe(200);
  await sleep(1000);
  expect(subscriber.changes).toHaveLength(1);
  control.patch({ provider: 'flexprice', id, set: { checkout_status: 'completed' } });
  const changes = await subscriber.until(2);
  expect(changes[1]).toMatchObject({ previousStatus: 'OPEN', checkoutSession: { status: 'COMPLETED' } });
  await subscriber.stop();
});

it('that a customer has a new subscription is no news of the sessions that he had before', async () => {
  const customer_id = 'cus_withAPast0000000000000';
  const ended = { customer_id, status: 'COMPLETED', completed_at: '2026-01-02T00:00:00Z', subscription_id: 'sub_old' };
  for (const id of ['che_old_1', 'che_old_2']) world.create('meteroid', { id, ...ended });
  // What is there when somebody subscribes is no news.
  const everything = subscribe(gateway, { filter: { providers: ['METEROID'] } });
  await sleep(400);
  const event = { type: 'subscription.created', customer_id, subscription_id: 'sub_new' };
  expect((await deliver(gateway, 'meteroid', event)).body).toEqual({ status: 'recorded' });
  await sleep(800);
  expect(everything.changes).toEqual([]);
  await everything.stop();
});
