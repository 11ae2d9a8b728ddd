import type { ProviderName, Sandbox } from '../../sandbox/index.ts';
import { globalId } from '../../src/checkout/global-id.ts';

/** One thing that can be done at one provider, as a client asks for it. */
export type OperationUnderTest = {
  name: string;
  provider: ProviderName;
  /** The sandbox's word for it. */
  effect: string;
  /** With `$input`, and `change` as the name of the result. */
  document: string;
  /** Makes what the change needs, and says the input. `id` is 1 to 20 letters and digits, and no other case's. */
  input(sandbox: Sandbox, id: string): Record<string, unknown>;
  /** How often it was made. */
  effects(sandbox: Sandbox, id: string): number;
};

const RESULT = '{ checkoutSession { id providerId status } userErrors { code message field } }';

const documentOf = (field: string, input: string): string =>
  `mutation ($input: ${input}!) { change: ${field}(input: $input) ${RESULT} }`;

const CREATE = documentOf('createCheckoutSession', 'CreateCheckoutSessionInput');
const ACTION = 'CheckoutSessionActionInput';

/** What tells the session of a case from all others. */
const customerOf = (id: string): string => `cus_${id.padEnd(22, '0')}`;
const ourUrl = (id: string): string => `https://shop.test/${id}`;

/** Effects that concern one session. */
function effectsOn(sandbox: Sandbox, provider: ProviderName, operation: string, sessionId: string): number {
  const calls = sandbox.control.calls({ provider });
  return calls.filter(({ effect }) => effect?.operation === operation && effect.id === sessionId).length;
}

function creation(
  provider: ProviderName,
  session: (id: string) => unknown,
  where: (id: string) => Record<string, unknown>,
): OperationUnderTest {
  return {
    name: `${provider} create`,
    provider,
    effect: 'create',
    document: CREATE,
    input: (_, id) => ({ session: { [provider]: session(id) } }),
    effects: ({ control }, id) => control.sessions({ provider, where: where(id) }).length,
  };
}

function action(
  provider: ProviderName,
  effect: string,
  document: string,
  {
    letter,
    prefix,
    given = {},
    more = {},
  }: { letter: 'FLEXPRICE' | 'METEROID' | 'FLEX'; prefix: string; given?: object; more?: object },
): OperationUnderTest {
  return {
    name: `${provider} ${effect}`,
    provider,
    effect,
    document,
    input: ({ control }, id) => {
      const name = provider === 'flex' ? 'checkout_session_id' : 'id';
      control.create({ provider, [name]: prefix + id, ...given });
      return { id: globalId(letter, prefix + id), ...more };
    },
    effects: (sandbox, id) => effectsOn(sandbox, provider, effect, prefix + id),
  };
}

const FLEX = { letter: 'FLEX', prefix: 'fcs_' } as const;
const AUTHORIZED = { status: 'complete', capture_method: 'manual', amount_total: 5000 };
const PAID = { status: 'complete', amount_total: 5000 };

/** Everything that can be changed. Amounts are parts, so that there would be room for doing it twice. */
export const OPERATIONS: readonly OperationUnderTest[] = [
  creation(
    'flexprice',
    (id) => ({
      customerExternalId: 'user_1001',
      successUrl: ourUrl(id),
      createSubscription: { planId: 'plan_team', currency: 'usd', billingPeriod: 'MONTHLY' },
    }),
    (id) => ({ success_url: ourUrl(id) }),
  ),
  creation(
    'meteroid',
    (id) => ({ customerId: customerOf(id), planVersionId: 'plv_7n42DGM5Tflk9n8mt7Fhc7' }),
    (id) => ({ customer_id: customerOf(id) }),
  ),
  creation(
    'flex',
    (id) => ({ lineItems: [{ price: 'fprice_1' }], successUrl: 'https://shop.test/ok', clientReferenceId: id }),
    (id) => ({ client_reference_id: id }),
  ),
  action('flexprice', 'delete', documentOf('deleteCheckoutSession', ACTION), { letter: 'FLEXPRICE', prefix: 'cs_' }),
  action('meteroid', 'cancel', documentOf('cancelCheckoutSession', ACTION), { letter: 'METEROID', prefix: 'che_' }),
  action('flex', 'cancel', documentOf('cancelCheckoutSession', ACTION), FLEX),
  action('flex', 'reauth', documentOf('reauthorizeCheckoutSession', ACTION), { ...FLEX, given: AUTHORIZED }),
  action('flex', 'capture', documentOf('captureCheckoutSession', 'CaptureCheckoutSessionInput'), {
    ...FLEX,
    given: AUTHORIZED,
    more: { amountMinorUnits: 100 },
  }),
  action('flex', 'refund', documentOf('refundCheckoutSession', 'RefundCheckoutSessionInput'), {
    ...FLEX,
    given: PAID,
    more: { amountMinorUnits: 100 },
  }),
  action('flex', 'confirm', documentOf('confirmCheckoutSession', 'ConfirmCheckoutSessionInput'), {
    ...FLEX,
    more: { paymentMethod: 'fpm_1' },
  }),
];
