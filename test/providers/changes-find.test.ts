import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import { findingRig } from './changes-finding.ts';
import { METEROID, METEROID_FULL, NEW, NEW_FULL, newMeteroid } from './changes-inputs.ts';

const rig = findingRig();
const { advance, find, lose, newest, create } = rig;

describe('a create of Meteroid whose answer was lost', () => {
  test.each([
    ['with the least', NEW.METEROID],
    ['with everything', NEW_FULL.METEROID],
  ])('%s is found', async (_, change) => {
    const sentAt = await lose(change, 'after');
    const id = newest();
    for (const seconds of [0, 59, 7200]) {
      advance(seconds);
      const finding = await find(change, { sentAt });
      expect(finding).toMatchObject({ is: 'DONE', providerId: id, session: { providerId: id } });
    }
    expect(rig.effects('METEROID')).toEqual({ create: 1 });
  });

  const rivalsOf: [string, Change[] | null, 'DONE' | 'UNKNOWN'][] = [
    ['one for another customer', [newMeteroid({ customerId: 'cus_another00000000000000' })], 'DONE'],
    ['one for another plan version', [newMeteroid({ planVersionId: 'plv_other' })], 'DONE'],
    ['those that asked for the same', [NEW.METEROID, newMeteroid({ couponCode: undefined })], 'DONE'],
    ['one with other terms', [newMeteroid({ couponCode: 'OTHER' })], 'UNKNOWN'],
    ['one with terms that no session shows', [newMeteroid({ purchaseOrder: 'B' })], 'UNKNOWN'],
    ['one that asked for the same, and another', [NEW.METEROID, newMeteroid({ addOns: [] })], 'UNKNOWN'],
    ['one whose alias may be the same customer', [newMeteroid({ customerId: 'john' })], 'UNKNOWN'],
    ['one whose alias looks like an id', [newMeteroid({ customerId: 'cus_NffrFeUfNV2Hib' })], 'UNKNOWN'],
    ['too many to tell', null, 'UNKNOWN'],
  ];
  test.each(rivalsOf)('beside %s is told by what was asked, however old: %o', async (_, rivals, expected) => {
    const sentAt = await lose(NEW.METEROID, 'after');
    for (const seconds of [0, 20, 3600]) {
      advance(seconds);
      expect(await find(NEW.METEROID, { sentAt, rivals })).toMatchObject({ is: expected });
    }
  });

  test('beside one that asked for the same is still found by what it asked for in JSON', async () => {
    const rival = JSON.parse(JSON.stringify(NEW_FULL.METEROID)) as Change;
    const sentAt = await lose(NEW_FULL.METEROID, 'after');
    expect(await find(NEW_FULL.METEROID, { sentAt, rivals: [rival] })).toMatchObject({ is: 'DONE' });
    const other = newMeteroid({ ...METEROID_FULL, metadata: { deep: [1, null, { a: 'c' }] } });
    expect(await find(NEW_FULL.METEROID, { sentAt, rivals: [other] })).toEqual({ is: 'UNKNOWN' });
  });

  test('is looked for among the sessions of its customer only, also when there are none', async () => {
    await find(NEW.METEROID, { sentAt: rig.now() });
    expect(rig.lastCall('METEROID')).toMatchObject({
      method: 'GET',
      path: '/api/v1/checkout-sessions',
      query: { customer_id: METEROID.customerId },
    });
  });

  test.each(['cus_john', `cus_${'x'.repeat(40)}`])(
    'is found among all when the list does not take %s for a customer',
    async (customerId) => {
      const change = newMeteroid({ customerId });
      const sentAt = await lose(change, 'after');
      const id = newest();
      expect(await find(change, { sentAt })).toMatchObject({ is: 'DONE', providerId: id });
      expect(rig.effects('METEROID')).toEqual({ create: 1 });
    },
  );

  test.each(['user_1001', 'a customer by no id'])(
    'cannot be told from those of others when its customer is %s, an alias that no session shows',
    async (customerId) => {
      const change = newMeteroid({ customerId });
      const sentAt = await lose(change, 'after');
      expect(await find(change, { sentAt })).toEqual({ is: 'UNKNOWN' });
      expect(rig.effects('METEROID')).toEqual({ create: 1 });
    },
  );

  test('may be under way for a minute, and after that was not made', async () => {
    const sentAt = await lose(NEW.METEROID, 'before');
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is: 'UNKNOWN' });
    advance(60);
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is: 'UNKNOWN' });
    advance(0.001);
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is: 'NOT_DONE' });
    expect(rig.effects('METEROID')).toEqual({});
  });

  test.each<[string, Record<string, unknown>]>([
    ['another customer', { customer_id: 'cus_other' }],
    ['another plan version', { plan_version_id: 'plv_other' }],
    ['another coupon', { coupon_code: 'OTHER' }],
    ['no coupon', { coupon_code: null }],
    ['another start', { billing_start_date: '2026-12-02' }],
    ['another anchor', { billing_day_anchor: 4 }],
    ['other terms', { net_terms: 30 }],
    ['no terms', { net_terms: null }],
    ['another trial', { trial_duration_days: 7 }],
    ['no time', { created_at: null }],
  ])('is not taken to be a session with %s', async (_, more) => {
    const alike = {
      coupon_code: METEROID_FULL.couponCode,
      billing_start_date: METEROID_FULL.billingStartDate,
      billing_day_anchor: METEROID_FULL.billingDayAnchor,
      net_terms: METEROID_FULL.netTerms,
      trial_duration_days: METEROID_FULL.trialDurationDays,
    };
    create({ ...alike, ...more });
    const sentAt = rig.now();
    expect(await find(NEW_FULL.METEROID, { sentAt })).toEqual({ is: 'UNKNOWN' });
    // And that it is told by just this.
    create({ ...alike, created_at: new Date(sentAt).toISOString() });
    expect(await find(NEW_FULL.METEROID, { sentAt })).toMatchObject({ is: 'DONE' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['coupon', { coupon_code: 'HELLO' }],
    ['start', { billing_start_date: '2026-12-01' }],
    ['anchor', { billing_day_anchor: 3 }],
    ['terms', { net_terms: 0 }],
    ['trial', { trial_duration_days: 14 }],
  ])('is not taken to be a session with a %s when none was asked for', async (_, more) => {
    create(more);
    expect(await find(NEW.METEROID, { sentAt: rig.now() })).toEqual({ is: 'UNKNOWN' });
  });

  test.each([
    ['welcome', 'WELCOME'],
    ['WELCOME', 'Welcome'],
  ])('with the coupon %s is found though it shows %s', async (couponCode, shown) => {
    const id = create({ coupon_code: shown });
    const finding = await find(newMeteroid({ couponCode }), { sentAt: rig.now() });
    expect(finding).toMatchObject({ is: 'DONE', providerId: id });
  });

  test('with coupons by their ids may show any code', async () => {
    const id = create({ coupon_code: 'HELLO' });
    const change = newMeteroid({ couponIds: ['cou_7n42DGM5Tflk9n8mt7Fhc7'] });
    expect(await find(change, { sentAt: rig.now() })).toMatchObject({ is: 'DONE', providerId: id });
  });

  test.each([
    [-5001, 'UNKNOWN'],
    [-5000, 'DONE'],
    [60_000, 'DONE'],
    [60_001, 'UNKNOWN'],
  ])('made %i ms after it was sent: %s', async (ms, is) => {
    const sentAt = rig.now();
    create({ created_at: new Date(sentAt + ms).toISOString() });
    advance(120);
    expect(await find(NEW.METEROID, { sentAt })).toMatchObject({ is });
  });

  test('is not one that another create made', async () => {
    const other = create();
    const sentAt = await lose(NEW.METEROID, 'after');
    const own = newest() === other ? create() : newest();
    expect(await find(NEW.METEROID, { sentAt, taken: [other] })).toMatchObject({ is: 'DONE', providerId: own });
    advance(61);
    expect(await find(NEW.METEROID, { sentAt, taken: [other, own] })).toEqual({ is: 'NOT_DONE' });
  });

  test('cannot be told from another that is just the same', async () => {
    create();
    const sentAt = await lose(NEW.METEROID, 'after');
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is: 'UNKNOWN' });
    advance(3600);
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is: 'UNKNOWN' });
  });

  test('cannot be looked for while the list cannot be read', async () => {
    rig.fault('METEROID', { kind: 'status', status: 503 });
    await expect(find(NEW.METEROID, { sentAt: rig.now() })).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});

describe('a cancel of Meteroid whose answer was lost', () => {
  const cancel = (providerId = rig.sandbox.examples.meteroid): Change => ({ kind: 'CANCEL', providerId });

  test('is found', async () => {
    const sentAt = await lose(cancel(), 'after');
    expect(await find(cancel(), { sentAt })).toMatchObject({
      is: 'DONE',
      providerId: rig.sandbox.examples.meteroid,
      session: { status: 'CANCELED' },
    });
  });

  test('may be under way for half a minute, and after that was not made', async () => {
    const sentAt = await lose(cancel(), 'before');
    expect(await find(cancel(), { sentAt })).toEqual({ is: 'UNKNOWN' });
    advance(30);
    expect(await find(cancel(), { sentAt })).toEqual({ is: 'UNKNOWN' });
    advance(0.001);
    expect(await find(cancel(), { sentAt })).toEqual({ is: 'NOT_DONE' });
  });

  test.each([
    ['CREATED', 'UNKNOWN'],
    ['AWAITING_PAYMENT', 'UNKNOWN'],
    ['BRAND_NEW', 'UNKNOWN'],
    ['COMPLETED', 'NOT_DONE'],
    ['EXPIRED', 'NOT_DONE'],
  ])('of what is %s at once after: %s', async (status, is) => {
    expect(await find(cancel(create({ status })), { sentAt: rig.now() })).toEqual({ is });
  });

  test('of what is gone was not made', async () => {
    expect(await find(cancel('che_gone'), { sentAt: rig.now() })).toEqual({ is: 'NOT_DONE' });
  });
});

test('what may be sent again need not be looked for', () => {
  expect(rig.handler('FLEXPRICE', 'CREATE')?.find).toBeUndefined();
  for (const kind of ['CREATE', 'CANCEL', 'CAPTURE', 'REFUND', 'CONFIRM', 'REAUTHORIZE'] as const) {
    expect(rig.handler('FLEX', kind)?.find).toBeUndefined();
  }
});
