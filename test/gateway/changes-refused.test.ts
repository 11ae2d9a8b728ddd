import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { OPERATIONS } from '../changing/operations.ts';
import { change, operationNamed } from '../changing/rig.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { FLEX, FLEXPRICE, METEROID } from '../providers/changes-inputs.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let keys = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({
    providers: sandbox.addresses,
    upstreamPolicy: { changeDeadlineMs: 1000, breakerMinimumCalls: 1e6 },
  });
});
beforeEach(() => void sandbox.control.reset());
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const make = (name: string, input: Record<string, unknown>) =>
  change(gateway, operationNamed(name), input, `k${keys++}`);

const subscription = (more: object) => ({
  ...FLEXPRICE,
  createSubscription: { ...FLEXPRICE.createSubscription, ...more },
});

const REFUSED: [provider: 'flexprice' | 'meteroid' | 'flex', session: object, code: string, field: string][] = [
  ['flexprice', subscription({ currency: 'dollars' }), 'INVALID', 'createSubscription.currency'],
  ['flexprice', subscription({ billingPeriod: 'NEVER' }), 'INVALID', 'createSubscription.billingPeriod'],
  ['flexprice', subscription({ planId: 'plan_missing' }), 'NOT_FOUND', 'createSubscription.planId'],
  ['flexprice', { ...FLEXPRICE, customerExternalId: 'missing_1' }, 'NOT_FOUND', 'customerExternalId'],
  ['flexprice', { ...FLEXPRICE, paymentProvider: 'cash' }, 'INVALID', 'paymentProvider'],
  ['meteroid', { ...METEROID, billingDayAnchor: 77 }, 'INVALID', 'billingDayAnchor'],
  ['meteroid', { ...METEROID, planVersionId: 'plan 7' }, 'INVALID', 'planVersionId'],
  ['meteroid', { ...METEROID, planVersionId: 'plv_missing' }, 'NOT_FOUND', 'planVersionId'],
  ['meteroid', { ...METEROID, customerId: 'cus_missing' }, 'NOT_FOUND', 'customerId'],
  ['meteroid', { ...METEROID, couponIds: ['x'] }, 'INVALID', 'couponIds'],
  ['meteroid', { ...METEROID, invoiceThreshold: 'much' }, 'INVALID', 'invoiceThreshold'],
  ['meteroid', { ...METEROID, paymentMethods: { type: 'gold' } }, 'INVALID', 'paymentMethods'],
  ['meteroid', { ...METEROID, addOns: [{}] }, 'INVALID', 'addOns'],
  ['flex', { ...FLEX, lineItems: [{ price: 'fprice_missing' }] }, 'NOT_FOUND', 'lineItems.0.price'],
  ['flex', { ...FLEX, mode: 'gift' }, 'INVALID', 'mode'],
  ['flex', { ...FLEX, captureMethod: 'later' }, 'INVALID', 'captureMethod'],
  ['flex', { ...FLEX, fees: [{ amount: -1 }] }, 'INVALID', 'fees'],
  [
    'flex',
    { ...FLEX, lineItems: [{ price: 'fprice_1' }, { priceData: { product: 'p' } }] },
    'INVALID',
    'lineItems.1.priceData',
  ],
];

describe('what a provider refuses is told by the place in the input', () => {
  it.each(REFUSED)('%s: %j', async (provider, session, code, field) => {
    const { data, errors } = await make(`${provider} create`, { session: { [provider]: session } });
    expect(errors).toBeUndefined();
    const { checkoutSession, userErrors } = data.change as {
      checkoutSession: unknown;
      userErrors: { code: string; field: string[] }[];
    };
    expect(checkoutSession).toBeNull();
    expect(userErrors[0]?.code).toBe(code);
    expect(userErrors[0]?.field?.join('.')).toMatch(new RegExp(`^input\\.session\\.${provider}\\.${field}`));
    expect(sandbox.control.effects()).toEqual([]);
  });

  it.each([
    ['flex capture', { amountMinorUnits: 6000 }, 'INVALID', ['input', 'amountMinorUnits']],
    ['flex refund', { amountMinorUnits: 6000 }, 'INVALID', ['input', 'amountMinorUnits']],
    ['flex confirm', { paymentMethod: 'fpm_declined' }, 'PAYMENT_DECLINED', ['input', 'paymentMethod']],
  ])('%s', async (name, more, code, field) => {
    const input = { ...operationNamed(name).input(sandbox, 'refused'), ...more };
    expect((await make(name, input)).data).toMatchObject({
      change: { checkoutSession: null, userErrors: [{ code, field }] },
    });
  });

  it.each(OPERATIONS.filter(({ effect }) => effect !== 'create'))(
    '$name: a session that is not there',
    async ({ name, provider }) => {
      const { id: _, ...more } = operationNamed(name).input(sandbox, 'gone') as { id: string };
      const letter = provider.toUpperCase() as 'FLEX';
      expect((await make(name, { ...more, id: globalId(letter, 'nobody') })).data).toMatchObject({
        change: { checkoutSession: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }] },
      });
    },
  );
});
