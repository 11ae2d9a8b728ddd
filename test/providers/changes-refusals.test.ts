import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import { FLEX, FLEXPRICE, NEW, newFlex, newFlexprice, newMeteroid } from './changes-inputs.ts';
import { CANARY, refusal } from './changes-refusal.ts';
import { changesRig, type SandboxedName } from './changes-rig.ts';

const rig = changesRig();

/** The next answer is this one, whatever is asked. */
const answerWith = (name: SandboxedName, status: number, body: unknown) =>
  rig.fault(name, { kind: 'body', status, body: JSON.stringify(body), times: 1 });

const S = { FLEXPRICE: 'input.session.flexprice', METEROID: 'input.session.meteroid', FLEX: 'input.session.flex' };

describe('creates that the provider refuses', () => {
  const subscription = (more: object) =>
    newFlexprice({ createSubscription: { ...FLEXPRICE.createSubscription, ...more } });
  const line = (more: object) => newFlex({ lineItems: [...FLEX.lineItems, { quantity: 1, ...more }] });

  test.each<[SandboxedName, Change, string]>([
    ['FLEXPRICE', subscription({ planId: 'plan_missing' }), `NOT_FOUND ${S.FLEXPRICE}.createSubscription.planId`],
    ['FLEXPRICE', newFlexprice({ customerExternalId: 'user_missing' }), `NOT_FOUND ${S.FLEXPRICE}.customerExternalId`],
    ['FLEXPRICE', subscription({ currency: 'dollars' }), `INVALID ${S.FLEXPRICE}.createSubscription.currency`],
    ['FLEXPRICE', subscription({ billingPeriod: 'NOW' }), `INVALID ${S.FLEXPRICE}.createSubscription.billingPeriod`],
    ['FLEXPRICE', subscription({ planId: '' }), `INVALID ${S.FLEXPRICE}.createSubscription.planId`],
    ['FLEXPRICE', newFlexprice({ paymentProvider: 'barter' }), `INVALID ${S.FLEXPRICE}.paymentProvider`],
    ['FLEXPRICE', newFlexprice({ customerExternalId: '' }), `INVALID ${S.FLEXPRICE}.customerExternalId`],
    ['METEROID', newMeteroid({ customerId: 'missing' }), `NOT_FOUND ${S.METEROID}.customerId`],
    ['METEROID', newMeteroid({ planVersionId: 'plv_missing' }), `NOT_FOUND ${S.METEROID}.planVersionId`],
    ['METEROID', newMeteroid({ planVersionId: 'plan_1' }), `INVALID ${S.METEROID}.planVersionId`],
    ['METEROID', newMeteroid({ couponIds: ['x'] }), `INVALID ${S.METEROID}.couponIds`],
    ['METEROID', newMeteroid({ billingStartDate: 'soon' }), `INVALID ${S.METEROID}.billingStartDate`],
    ['METEROID', newMeteroid({ billingDayAnchor: 32 }), `INVALID ${S.METEROID}.billingDayAnchor`],
    ['METEROID', newMeteroid({ expiresInHours: -1 }), `INVALID ${S.METEROID}.expiresInHours`],
    ['METEROID', newMeteroid({ invoiceThreshold: 'much' }), `INVALID ${S.METEROID}.invoiceThreshold`],
    ['METEROID', newMeteroid({ components: [] }), `INVALID ${S.METEROID}.components`],
    ['METEROID', newMeteroid({ addOns: [{ add_on_id: 'x' }] }), `INVALID ${S.METEROID}.addOns`],
    ['METEROID', newMeteroid({ paymentMethods: { type: 'barter' } }), `INVALID ${S.METEROID}.paymentMethods`],
    ['FLEX', line({ price: 'fprice_missing' }), `NOT_FOUND ${S.FLEX}.lineItems.1.price`],
    ['FLEX', line({ price: 'p', priceData: { product: 'x', unit_amount: 1 } }), `INVALID ${S.FLEX}.lineItems.1`],
    [
      'FLEX',
      line({ priceData: { product: 'x', unit_amount: -1 } }),
      `INVALID ${S.FLEX}.lineItems.1.priceData.unit_amount`,
    ],
    ['FLEX', line({ price: 'p', quantity: 0 }), `INVALID ${S.FLEX}.lineItems.1.quantity`],
    ['FLEX', newFlex({ mode: 'layaway' }), `INVALID ${S.FLEX}.mode`],
    ['FLEX', newFlex({ mode: 'off_session' }), `INVALID ${S.FLEX}.paymentMethod`],
    ['FLEX', newFlex({ captureMethod: 'never' }), `INVALID ${S.FLEX}.captureMethod`],
    ['FLEX', newFlex({ expiresAt: '2001-01-01T00:00:00.000Z' }), `INVALID ${S.FLEX}.expiresAt`],
    ['FLEX', newFlex({ customerId: '' }), `INVALID ${S.FLEX}.customerId`],
    ['FLEX', newFlex({ discounts: ['x'] }), `INVALID ${S.FLEX}.discounts.0`],
    ['FLEX', newFlex({ fees: [{ amount: 'x' }] }), `INVALID ${S.FLEX}.fees.0.amount`],
  ])('%s: %o', async (name, change, expected) => {
    expect(await refusal(rig, name, change)).toEqual([expected]);
  });

  test('Flex: everything that is wrong, at once', async () => {
    const change = newFlex({ mode: 'x', lineItems: [{ price: '', quantity: 1 }], successUrl: '', taxRate: 5 });
    expect((await refusal(rig, 'FLEX', change)).sort()).toEqual([
      `INVALID ${S.FLEX}.lineItems.0.price`,
      `INVALID ${S.FLEX}.mode`,
      `INVALID ${S.FLEX}.successUrl`,
      `INVALID ${S.FLEX}.taxRate`,
    ]);
  });

  test.each(['FLEXPRICE', 'METEROID', 'FLEX'] as const)('%s: a body that is too large', async (name) => {
    const long = 'x'.repeat(1100 * 1024);
    const change = {
      FLEXPRICE: newFlexprice({ metadata: [{ key: 'a', value: long }] }),
      METEROID: newMeteroid({ invoiceMemo: long }),
      FLEX: newFlex({ clientReferenceId: long }),
    }[name];
    expect(await refusal(rig, name, change)).toEqual(['INVALID input']);
  });
});

describe('words of refusals', () => {
  const flexprice = (code: string, message: string, more: object = {}) => ({ code, message, ...more });
  const sub = `${S.FLEXPRICE}.createSubscription`;

  test.each<[SandboxedName, number, unknown, string]>([
    ['FLEXPRICE', 400, flexprice('validation_error', `${CANARY} is wrong`), 'INVALID input'],
    ['FLEXPRICE', 400, flexprice('invalid_operation', CANARY), 'INVALID input'],
    ['FLEXPRICE', 400, { code: 'validation_error' }, 'INVALID input'],
    ['FLEXPRICE', 404, flexprice('not_found', CANARY), 'NOT_FOUND input'],
    [
      'FLEXPRICE',
      400,
      flexprice('validation_error', CANARY, { details: { lookup_key: CANARY } }),
      `INVALID ${sub}.lookupKey`,
    ],
    [
      'FLEXPRICE',
      400,
      flexprice('validation_error', 'metadata is wrong', { details: null }),
      `INVALID ${S.FLEXPRICE}.metadata`,
    ],
    [
      'FLEXPRICE',
      400,
      flexprice('validation_error', 'configuration.create_subscription_params.metadata.a: no text'),
      `INVALID ${sub}.metadata`,
    ],
    [
      'FLEXPRICE',
      400,
      flexprice('validation_error', "Key: 'Request.CreateSubscriptionParams.PlanID' Error: Field 'PlanID' failed"),
      `INVALID ${sub}.planId`,
    ],
    ['FLEXPRICE', 400, flexprice('validation_error', 'end_date is before start_date'), 'INVALID input'],
    [
      'FLEXPRICE',
      409,
      flexprice('already_exists', CANARY, { details: { lookup_key: CANARY } }),
      `ALREADY_EXISTS ${sub}.lookupKey`,
    ],
    [
      'FLEXPRICE',
      409,
      flexprice('already_exists', `A subscription with this lookup_key already exists: ${CANARY}`),
      `ALREADY_EXISTS ${sub}.lookupKey`,
    ],
    [
      'FLEXPRICE',
      409,
      flexprice('already_exists', CANARY, { details: { plan_id: CANARY, customer_id: CANARY } }),
      `ALREADY_EXISTS ${sub}.planId`,
    ],
    ['FLEXPRICE', 409, flexprice('already_exists', CANARY, { details: { wallet: 1 } }), 'ALREADY_EXISTS input'],
    ['METEROID', 400, { code: 'BAD_REQUEST', message: CANARY }, 'INVALID input'],
    ['METEROID', 404, { code: 'NOT_FOUND', message: `coupon_code ${CANARY}` }, `NOT_FOUND ${S.METEROID}.couponCode`],
    ['METEROID', 409, { code: 'CONFLICT', message: CANARY }, 'ALREADY_EXISTS input'],
    ['METEROID', 400, { code: 'BAD_REQUEST' }, 'INVALID input'],
    ['FLEX', 400, { error: { type: 'invalid_request_error', message: CANARY } }, 'INVALID input'],
    [
      'FLEX',
      400,
      { error: { code: 'parameter_invalid', param: 'line_items[0][price]' } },
      `INVALID ${S.FLEX}.lineItems.0.price`,
    ],
    [
      'FLEX',
      400,
      { error: { code: 'x', param: 'checkout_session.defaults.email' } },
      `INVALID ${S.FLEX}.defaults.email`,
    ],
    ['FLEX', 400, { error: { code: 'x', param: CANARY } }, 'INVALID input'],
    ['FLEX', 400, { error: { code: 'resource_missing', param: 'customer' } }, `NOT_FOUND ${S.FLEX}.customerId`],
    ['FLEX', 404, { error: { type: 'invalid_request_error', code: 'resource_missing' } }, 'NOT_FOUND input'],
    ['FLEX', 402, { error: { type: 'card_error', message: CANARY } }, `PAYMENT_DECLINED ${S.FLEX}.paymentMethod`],
    ['FLEX', 402, '', `PAYMENT_DECLINED ${S.FLEX}.paymentMethod`],
    ['FLEX', 402, { error: {} }, `PAYMENT_DECLINED ${S.FLEX}.paymentMethod`],
    ['FLEX', 400, { error: { code: 'card_declined' } }, `PAYMENT_DECLINED ${S.FLEX}.paymentMethod`],
    ['FLEX', 409, { error: { code: 'resource_already_exists' } }, 'ALREADY_EXISTS input'],
    ['FLEX', 422, { detail: [{ loc: ['body'], msg: CANARY, type: 'missing' }] }, 'INVALID input'],
    ['FLEX', 422, { detail: [{ loc: ['body', 'checkout_session', CANARY], type: 'x' }] }, 'INVALID input'],
    ['FLEX', 422, { detail: [{ loc: ['query', 'expand'], type: 'x' }] }, 'INVALID input'],
    ['FLEX', 422, { detail: [{ loc: 7 }, 'odd'] }, 'INVALID input'],
    [
      'FLEX',
      422,
      { detail: [{ loc: ['body', 'checkout_session', 'metadata', CANARY] }] },
      `INVALID ${S.FLEX}.metadata`,
    ],
    [
      'FLEX',
      422,
      { detail: [{ loc: ['body', 'checkout_session', 'fees', 0, `not a name ${CANARY}`], type: 'x' }] },
      `INVALID ${S.FLEX}.fees.0`,
    ],
    [
      'FLEX',
      422,
      { detail: [{ loc: ['body', 'checkout_session', 'fees', ...'abcdefghij'].map((one) => one.padEnd(4, 'x')) }] },
      `INVALID ${S.FLEX}.fees.axxx.bxxx.cxxx.dxxx.exxx.fxxx.gxxx`,
    ],
    [
      'FLEX',
      422,
      { detail: [{ loc: ['body', 'checkout_session', 'fees', 'a'.repeat(32), 'b'.repeat(33)] }] },
      `INVALID ${S.FLEX}.fees.${'a'.repeat(32)}`,
    ],
    [
      'FLEX',
      422,
      { detail: ['str', 'int'].map((type) => ({ loc: ['body', 'checkout_session', 'mode', type], type })) },
      `INVALID ${S.FLEX}.mode`,
    ],
  ])('%s %i %j', async (name, status, body, expected) => {
    answerWith(name, status, body);
    expect(await refusal(rig, name, NEW[name])).toEqual([expected]);
  });

  test.each<[SandboxedName, number, unknown]>([
    ['FLEXPRICE', 400, 'no'],
    ['FLEXPRICE', 400, { message: 'no' }],
    ['FLEXPRICE', 404, {}],
    ['FLEXPRICE', 409, { code: 'version_conflict', message: '' }],
    ['FLEXPRICE', 405, { code: 'http_client_error', message: '' }],
    ['METEROID', 400, {}],
    ['METEROID', 404, null],
    ['METEROID', 422, 'Failed to deserialize'],
    ['METEROID', 418, { code: 'TEAPOT', message: '' }],
    ['FLEX', 400, { error: 'no' }],
    ['FLEX', 400, { error: {} }],
    ['FLEX', 404, { detail: 'Not Found' }],
    ['FLEX', 422, { detail: [] }],
    ['FLEX', 405, { error: { type: 'invalid_request_error' } }],
    ['FLEX', 400, { error: { type: 'api_error' } }],
    ['FLEX', 402, { error: { type: 'api_error' } }],
    ['FLEX', 425, ''],
    ['FLEXPRICE', 400, ''],
  ])('%s %i %j is nothing that the caller could mend', async (name, status, body) => {
    answerWith(name, status, body);
    expect(await rig.fail(name, NEW[name])).toMatchObject({
      code: 'UPSTREAM_ERROR',
      provider: name,
      retryable: false,
      mayHaveHappened: false,
      // It may be kept under the key, except what is so for the moment only.
      wasRefused: status !== 409 && status !== 425,
    });
  });

  test.each(['FLEXPRICE', 'METEROID', 'FLEX'] as const)('%s: 401 and 429 are none of its business', async (name) => {
    const isNotKept = { mayHaveHappened: false, wasRefused: false };
    rig.fault(name, { kind: 'status', status: 401, times: 1 });
    expect(await rig.fail(name, NEW[name])).toMatchObject({ code: 'UPSTREAM_AUTH_FAILED', ...isNotKept });
    rig.fault(name, { kind: 'status', status: 429, times: 1 });
    expect(await rig.fail(name, NEW[name])).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', ...isNotKept });
  });
});
