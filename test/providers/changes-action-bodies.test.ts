import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import { callContext, changesRig } from './changes-rig.ts';

const rig = changesRig();
const pay = (id: string) => rig.sandbox.control.pay({ provider: 'flex', id });
const createFlex = (more: Record<string, unknown> = {}) =>
  String(rig.sandbox.control.create({ provider: 'flex', amount_total: 5000, ...more }).checkout_session_id);

describe('actions', () => {
  test('Flexprice deletes', async () => {
    const providerId = rig.sandbox.examples.flexprice;
    const answer = await rig.send('FLEXPRICE', { kind: 'DELETE', providerId });
    expect(answer).toEqual({ is: 'DONE', providerId, session: null });
    expect(rig.lastCall('FLEXPRICE')).toMatchObject({ method: 'DELETE', path: `/v1/checkout/sessions/${providerId}` });
    expect(rig.lastCall('FLEXPRICE').body).toBeUndefined();
  });

  test('Meteroid cancels', async () => {
    const providerId = rig.sandbox.examples.meteroid;
    const answer = await rig.send('METEROID', { kind: 'CANCEL', providerId });
    expect(answer).toMatchObject({ is: 'DONE', providerId, session: { providerId, status: 'CANCELED' } });
    expect(rig.lastCall('METEROID')).toMatchObject({
      method: 'POST',
      path: `/api/v1/checkout-sessions/${providerId}/cancel`,
    });
  });

  const LINES = [{ price: 'fprice_1', amount_to_capture: 5 }];
  const manual = () => {
    const id = createFlex({ capture_method: 'manual' });
    pay(id);
    return id;
  };
  const paid = () => {
    const id = createFlex();
    pay(id);
    return id;
  };
  const lineOf = async (id: string) => (await rig.provider('FLEX').getLineItems?.(id, callContext()))?.[0];

  test.each<[string, () => string, (providerId: string) => Change, unknown, object]>([
    ['cancel', createFlex, (providerId) => ({ kind: 'CANCEL', providerId }), undefined, { status: 'CANCELED' }],
    ['reauth', manual, (providerId) => ({ kind: 'REAUTHORIZE', providerId }), undefined, { status: 'COMPLETED' }],
    [
      'confirm',
      createFlex,
      (providerId) => ({ kind: 'CONFIRM', providerId, paymentMethod: 'fpm_9' }),
      { payment_method: 'fpm_9' },
      { status: 'COMPLETED' },
    ],
    [
      'capture',
      manual,
      (providerId) => ({ kind: 'CAPTURE', providerId }),
      {},
      { amounts: { received: { minorUnits: 5000 } } },
    ],
    [
      'capture',
      manual,
      (providerId) => ({ kind: 'CAPTURE', providerId, amount: 1200 }),
      { amount: 1200 },
      { amounts: { received: { minorUnits: 1200 } } },
    ],
    [
      'refund',
      paid,
      (providerId) => ({ kind: 'REFUND', providerId }),
      {},
      { amounts: { refunded: { minorUnits: 5000 } } },
    ],
    [
      'refund',
      paid,
      (providerId) => ({ kind: 'REFUND', providerId, amount: 10, metadata: [{ key: 'ticket', value: '01' }] }),
      { amount: 10, refund_metadata: { ticket: '01' } },
      { amounts: { refunded: { minorUnits: 10 } } },
    ],
  ])('Flex: %s', async (verb, prepare, change, body, shown) => {
    const providerId = prepare();
    const answer = await rig.send('FLEX', change(providerId));
    const call = rig.lastCall('FLEX');
    expect(call).toMatchObject({ method: 'POST', path: `/v1/checkout/sessions/${providerId}/${verb}`, ignored: [] });
    expect(call.headers['idempotency-key']).toBe('key-1');
    expect(call.body).toEqual(body === undefined ? undefined : { checkout_session: body });
    expect(answer).toMatchObject({ is: 'DONE', providerId, session: { providerId, ...shown } });
    expect(rig.effects('FLEX')).toEqual({ [verb]: 1 });
  });

  test('Flex: a refund of some lines, with tax, shipping and discount', async () => {
    const providerId = paid();
    const line = await lineOf(providerId);
    const change = {
      kind: 'REFUND',
      providerId,
      lineItems: [
        { price: line?.priceId ?? '', amount: 300 },
        { product: line?.productId ?? '', amount: 200 },
      ],
      tax: 20,
      shipping: 10,
      discount: 5,
    } as const satisfies { kind: 'REFUND'; lineItems: readonly unknown[] } & Record<string, unknown>;
    const answer = await rig.send('FLEX', { ...change, lineItems: [...change.lineItems] });
    expect(rig.lastCall('FLEX').body).toEqual({
      checkout_session: {
        line_items: [
          { price: line?.priceId, amount_to_refund: 300 },
          { product: line?.productId, amount_to_refund: 200 },
        ],
        amount_tax: 20,
        amount_shipping: 10,
        amount_discount: 5,
      },
    });
    expect(rig.lastCall('FLEX').ignored).toEqual([]);
    expect(answer).toMatchObject({ is: 'DONE', session: { amounts: { refunded: { minorUnits: 525 } } } });
  });

  test('Flex: lines to capture go out as they came in', async () => {
    const providerId = manual();
    await rig.send('FLEX', { kind: 'CAPTURE', providerId, lineItems: LINES });
    expect(rig.lastCall('FLEX').body).toEqual({ checkout_session: { line_items: LINES } });
  });

  test('ids cannot reach another path', async () => {
    for (const providerId of ['../../secret', 'a/b?c=d#e', '%2e%2e', 'é ✓']) {
      expect(await rig.send('FLEXPRICE', { kind: 'DELETE', providerId })).toMatchObject({ is: 'REFUSED' });
      expect(rig.lastCall('FLEXPRICE').path.slice('/v1/checkout/sessions/'.length)).not.toMatch(/[/?#]/);
      expect(await rig.send('FLEX', { kind: 'CANCEL', providerId })).toMatchObject({ is: 'REFUSED' });
      expect(rig.lastCall('FLEX').path).toMatch(/^\/v1\/checkout\/sessions\/[^/?#]+\/cancel$/);
      expect(await rig.send('METEROID', { kind: 'CANCEL', providerId })).toMatchObject({ is: 'REFUSED' });
    }
  });
});
