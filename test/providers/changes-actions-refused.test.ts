import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import { refusal } from './changes-refusal.ts';
import { changesRig, SANDBOX_NAMES, type SandboxedName } from './changes-rig.ts';

const rig = changesRig();

describe('actions that the provider refuses', () => {
  const create = (more: Record<string, unknown> = {}) => {
    const created = rig.sandbox.control.create({ provider: 'flex', amount_total: 5000, ...more });
    return String(created.checkout_session_id);
  };
  const paid = () => create({ status: 'complete' });
  const manual = () => create({ status: 'complete', capture_method: 'manual' });
  const lines = (amount: number, price = 'fprice_other') => [{ price, amount }];

  test.each<[string, SandboxedName, (id: string) => Change]>([
    ['delete', 'FLEXPRICE', (providerId) => ({ kind: 'DELETE', providerId })],
    ['cancel', 'METEROID', (providerId) => ({ kind: 'CANCEL', providerId })],
    ['cancel', 'FLEX', (providerId) => ({ kind: 'CANCEL', providerId })],
    ['capture', 'FLEX', (providerId) => ({ kind: 'CAPTURE', providerId })],
    ['refund', 'FLEX', (providerId) => ({ kind: 'REFUND', providerId, amount: 5 })],
    ['confirm', 'FLEX', (providerId) => ({ kind: 'CONFIRM', providerId, paymentMethod: 'fpm_1' })],
    ['reauthorize', 'FLEX', (providerId) => ({ kind: 'REAUTHORIZE', providerId })],
  ])('%s at %s of a session that is not there', async (_, name, change) => {
    expect(await refusal(rig, name, change(`${rig.sandbox.examples[SANDBOX_NAMES[name]]}x`))).toEqual([
      'NOT_FOUND input.id',
    ]);
    const answer = await rig.send(name, change(`${rig.sandbox.examples[SANDBOX_NAMES[name]]}x`), 'key-2');
    expect(answer).toMatchObject({ errors: [{ message: 'The provider has no such checkout session.' }] });
    if (name === 'METEROID') return;
    rig.fault(name, { kind: 'body', status: 404, body: '', times: 1 });
    expect(await refusal(rig, name, change('x'), 'key-3')).toEqual(['NOT_FOUND input.id']);
  });

  test.each<[string, () => string, (id: string) => Change, string]>([
    ['paid', paid, (providerId) => ({ kind: 'CANCEL', providerId }), 'INVALID_STATE input.id'],
    ['paid', paid, (providerId) => ({ kind: 'CAPTURE', providerId }), 'INVALID_STATE input.id'],
    ['paid', paid, (providerId) => ({ kind: 'REAUTHORIZE', providerId }), 'INVALID_STATE input.id'],
    ['paid', paid, (providerId) => ({ kind: 'CONFIRM', providerId, paymentMethod: 'f' }), 'INVALID_STATE input.id'],
    ['open', create, (providerId) => ({ kind: 'REFUND', providerId }), 'INVALID_STATE input.id'],
    ['paid', paid, (providerId) => ({ kind: 'REFUND', providerId, amount: 5001 }), 'INVALID input.amountMinorUnits'],
    ['paid', paid, (providerId) => ({ kind: 'REFUND', providerId, amount: 0 }), 'INVALID input.amountMinorUnits'],
    ['paid', paid, (providerId) => ({ kind: 'REFUND', providerId, lineItems: lines(5) }), 'INVALID input.lineItems'],
    [
      'paid',
      paid,
      (providerId) => ({ kind: 'REFUND', providerId, lineItems: lines(-5) }),
      'INVALID input.lineItems.0.amountMinorUnits',
    ],
    ['paid', paid, (providerId) => ({ kind: 'REFUND', providerId, tax: -1 }), 'INVALID input.taxMinorUnits'],
    ['paid', paid, (providerId) => ({ kind: 'REFUND', providerId, shipping: -1 }), 'INVALID input.shippingMinorUnits'],
    ['paid', paid, (providerId) => ({ kind: 'REFUND', providerId, discount: -1 }), 'INVALID input.discountMinorUnits'],
    [
      'authorised',
      manual,
      (providerId) => ({ kind: 'CAPTURE', providerId, amount: 5001 }),
      'INVALID input.amountMinorUnits',
    ],
    [
      'authorised',
      manual,
      (providerId) => ({ kind: 'CAPTURE', providerId, lineItems: [5] }),
      'INVALID input.lineItems.0',
    ],
    [
      'open',
      create,
      (providerId) => ({ kind: 'CONFIRM', providerId, paymentMethod: 'fpm_declined' }),
      'PAYMENT_DECLINED input.paymentMethod',
    ],
    [
      'open',
      create,
      (providerId) => ({ kind: 'CONFIRM', providerId, paymentMethod: '' }),
      'INVALID input.paymentMethod',
    ],
  ])('Flex, %s: %o', async (_, prepare, change, expected) => {
    expect(await refusal(rig, 'FLEX', change(prepare()))).toEqual([expected]);
  });

  test.each(['', '{}', '{"error":{"message":"no"}}'])('Flex: a confirm that is answered 402 with %j', async (body) => {
    rig.fault('FLEX', { kind: 'body', status: 402, body, times: 1 });
    const change: Change = { kind: 'CONFIRM', providerId: create(), paymentMethod: 'fpm_1' };
    expect(await refusal(rig, 'FLEX', change)).toEqual(['PAYMENT_DECLINED input.paymentMethod']);
  });

  test('Flex: what was given back already', async () => {
    const providerId = paid();
    await rig.send('FLEX', { kind: 'REFUND', providerId });
    expect(await rig.send('FLEX', { kind: 'REFUND', providerId }, 'key-2')).toMatchObject({
      is: 'REFUSED',
      errors: [{ code: 'INVALID_STATE', field: ['input', 'id'] }],
    });
    expect(rig.effects('FLEX')).toEqual({ refund: 1 });
  });

  test.each(['COMPLETED', 'EXPIRED'])('Meteroid: a cancel of what is %s', async (status) => {
    const providerId = String(rig.sandbox.control.create({ provider: 'meteroid', status }).id);
    expect(await refusal(rig, 'METEROID', { kind: 'CANCEL', providerId })).toEqual(['INVALID_STATE input.id']);
  });

  test('Meteroid: a cancel that is refused, and the session cannot be read', async () => {
    const providerId = String(rig.sandbox.control.create({ provider: 'meteroid', status: 'COMPLETED' }).id);
    rig.fault('METEROID', { kind: 'status', status: 500, match: { method: 'GET' } });
    expect(await rig.fail('METEROID', { kind: 'CANCEL', providerId })).toMatchObject({
      code: 'UPSTREAM_ERROR',
      mayHaveHappened: false,
    });
  });

  test.each(['METEROID', 'FLEX'] as const)('%s: canceling what is canceled counts as done', async (name) => {
    const providerId = rig.sandbox.examples[SANDBOX_NAMES[name]];
    rig.sandbox.control.cancel({ provider: SANDBOX_NAMES[name], id: providerId });
    expect(await rig.send(name, { kind: 'CANCEL', providerId })).toMatchObject({
      is: 'DONE',
      providerId,
      session: { status: 'CANCELED' },
    });
    expect(rig.effects(name)).toEqual({});
  });
});
