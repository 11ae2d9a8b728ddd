import { describe, expect, test } from 'vitest';
import { findingRig } from './changes-finding.ts';
import { METEROID, NEW, newMeteroid } from './changes-inputs.ts';

const rig = findingRig();
const { advance, find, create } = rig;

/** As Stripe writes it, and as Meteroid does. */
const STRIPES = 'cus_NffrFeUfNV2Hib';
const UNKNOWN_ID = 'cus_7n42DGM5Tflk9n8mt7FhcX';

describe('a create of Meteroid that cannot be under way any more', () => {
  /** How it was asked for, and how the session looks that it may have made. */
  const COULD_BE: [string, Parameters<typeof newMeteroid>[0], Record<string, unknown>][] = [
    ["an alias of Stripe's form", { customerId: STRIPES }, {}],
    ['an alias of 20 characters', { customerId: `cus_${'x'.repeat(20)}` }, {}],
    ['an alias of 23 characters', { customerId: `cus_${'x'.repeat(23)}` }, {}],
    ['a coupon that is shown otherwise', { couponCode: 'welcome' }, { coupon_code: 'WLCM' }],
    ['a coupon that is not shown', { couponCode: 'welcome' }, { coupon_code: null }],
    ['terms that were filled in', {}, { net_terms: 30 }],
    ['a start that was filled in', {}, { billing_start_date: '2026-11-21' }],
    ['an anchor that was filled in', {}, { billing_day_anchor: 21 }],
    ['a trial that was filled in', {}, { trial_duration_days: 14 }],
    ['a coupon that was filled in', {}, { coupon_code: 'LAUNCH' }],
    ['terms that were changed', { netTerms: 0 }, { net_terms: 30 }],
    ['no time', {}, { created_at: null }],
  ];
  test.each(COULD_BE)('may have made what is near: %s', async (_, asked, shown) => {
    const sentAt = rig.now();
    const id = create(shown);
    for (const seconds of [61, 3600]) {
      advance(seconds);
      expect(await find(newMeteroid(asked), { sentAt })).toEqual({ is: 'UNKNOWN' });
    }
    // Only what is another's it cannot have made.
    expect(await find(newMeteroid(asked), { sentAt, taken: [id] })).toEqual({ is: 'NOT_DONE' });
  });

  test.each([400, 404, 422])(
    'may have made what is near when the list of what looks like an id answers %i',
    async (status) => {
      const sentAt = rig.now();
      create();
      advance(61);
      const change = newMeteroid({ customerId: UNKNOWN_ID });
      rig.fault('METEROID', { kind: 'body', status, body: '{"code":"BAD_REQUEST","message":"no"}', times: 1 });
      expect(await find(change, { sentAt })).toEqual({ is: 'UNKNOWN' });
      expect(rig.lastCall('METEROID')).toMatchObject({ status: 200, query: {} });
    },
  );

  test.each([
    [-600_001, 'NOT_DONE'],
    [-600_000, 'UNKNOWN'],
    [-6000, 'UNKNOWN'],
    [90_000, 'UNKNOWN'],
    [600_000, 'UNKNOWN'],
    [600_001, 'NOT_DONE'],
  ])('and a session that is made %i ms after it by the clock of Meteroid: %s', async (ms, is) => {
    const sentAt = rig.now();
    create({ created_at: new Date(sentAt + ms).toISOString() });
    advance(1200);
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is });
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another customer', { customer_id: 'cus_other' }],
    ['of another plan version', { plan_version_id: 'plv_other' }],
  ])('has not made a session %s', async (_, more) => {
    const sentAt = rig.now();
    create(more);
    advance(61);
    expect(await find(NEW.METEROID, { sentAt })).toEqual({ is: 'NOT_DONE' });
  });

  // Otherwise nothing that was not made could be known to be, as long as others buy the same plan.
  test('has not made the session of somebody else when its customer has none', async () => {
    const sentAt = rig.now();
    create();
    advance(61);
    expect(await find(newMeteroid({ customerId: UNKNOWN_ID }), { sentAt })).toEqual({ is: 'NOT_DONE' });
  });

  test('behind an alias has not made a session of another plan version', async () => {
    const sentAt = rig.now();
    create({ plan_version_id: 'plv_other' });
    advance(61);
    expect(await find(newMeteroid({ customerId: STRIPES }), { sentAt })).toEqual({ is: 'NOT_DONE' });
  });

  test('may have made any of several, of which not all are taken', async () => {
    const sentAt = rig.now();
    const ids = [1, 2, 3].map((net_terms) => create({ net_terms }));
    advance(61);
    expect(await find(NEW.METEROID, { sentAt, taken: ids.slice(1) })).toEqual({ is: 'UNKNOWN' });
    expect(await find(NEW.METEROID, { sentAt, taken: ids.slice(0, 2) })).toEqual({ is: 'UNKNOWN' });
    expect(await find(NEW.METEROID, { sentAt, taken: ids })).toEqual({ is: 'NOT_DONE' });
  });

  test('is held against what others claimed after the list and the rivals were read', async () => {
    const sentAt = rig.now();
    const id = create();
    const steps: string[] = [];
    const finding = await rig.handler('METEROID', 'CREATE')?.find?.(
      NEW.METEROID,
      {
        sentAt,
        rivals: async () => {
          steps.push(`rivals after ${rig.lastCall('METEROID').method}`);
          return [];
        },
        isTaken: async (providerId) => {
          steps.push(`claim of ${providerId}`);
          return false;
        },
      },
      { deadline: Date.now() + 60_000, requestId: 'req-1' },
    );
    expect(finding).toMatchObject({ is: 'DONE', session: { customer: { id: METEROID.customerId } } });
    expect(steps).toEqual(['rivals after GET', `claim of ${id}`]);
  });
});
