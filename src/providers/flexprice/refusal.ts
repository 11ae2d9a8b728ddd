import { z } from 'zod';
import type { ChangeAnswer } from '../../checkout/change.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';
import { type FieldNames, namedField } from '../named-field.ts';
import { refused, SESSION_ID, WHOLE_INPUT } from '../user-error.ts';

/** `{code, http_status_code, message, details?}`; the details have the properties that are wrong as keys. */
const flexpriceError = z.object({
  code: z.string(),
  message: z.string().catch(''),
  details: z.record(z.string(), z.unknown()).catch({}),
});

const SESSION = ['input', 'session', 'flexprice'] as const;
const SUBSCRIPTION = [...SESSION, 'createSubscription'] as const;

const NAMES: FieldNames = {
  customer_external_id: [...SESSION, 'customerExternalId'],
  customer: [...SESSION, 'customerExternalId'],
  payment_provider: [...SESSION, 'paymentProvider'],
  success_url: [...SESSION, 'successUrl'],
  failure_url: [...SESSION, 'failureUrl'],
  cancel_url: [...SESSION, 'cancelUrl'],
  metadata: [...SESSION, 'metadata'],
  plan_id: [...SUBSCRIPTION, 'planId'],
  plan: [...SUBSCRIPTION, 'planId'],
  currency: [...SUBSCRIPTION, 'currency'],
  billing_period: [...SUBSCRIPTION, 'billingPeriod'],
  lookup_key: [...SUBSCRIPTION, 'lookupKey'],
  start_date: [...SUBSCRIPTION, 'startDate'],
  end_date: [...SUBSCRIPTION, 'endDate'],
  'create_subscription_params.metadata': [...SUBSCRIPTION, 'metadata'],
};

/**
 * What a refused create means.
 * @throws GatewayError UPSTREAM_ERROR when the caller cannot mend it
 */
export function createRefusal({ status, body }: UpstreamAnswer): ChangeAnswer {
  const error = flexpriceError.safeParse(body).data;
  // It is taken for the conflict of a key, which is that of a create that was made before: taken for another one, the
  // create could be made twice.
  if (status === 409 && !error) return { is: 'KEY_IN_USE' };
  const field = error ? fieldOf(error) : WHOLE_INPUT;
  switch (error?.code) {
    case 'already_exists':
      return namesOther(error) ? refused('ALREADY_EXISTS', field) : { is: 'KEY_IN_USE' };
    case 'validation_error':
    case 'invalid_operation':
      return refused('INVALID', field);
    case 'not_found':
      return refused('NOT_FOUND', field);
  }
  if (status === 413) return refused('INVALID', WHOLE_INPUT);
  throw rejected('FLEXPRICE', status);
}

/**
 * Whether what exists already is something else than a session with the key, such as a subscription with the lookup key.
 * Of the key it says so, in the sentence and the details; what names nothing may be the key.
 */
function namesOther(error: z.infer<typeof flexpriceError>): boolean {
  const names = Object.keys(error.details);
  if (/idempotency/i.test([...names, error.message].join(' '))) return false;
  return names.length > 0 || fieldOf(error) !== WHOLE_INPUT;
}

/** The details tell it more exactly than the sentence. */
const fieldOf = ({ message, details }: z.infer<typeof flexpriceError>): readonly string[] =>
  namedField(Object.keys(details).join(' '), NAMES) ?? namedField(message, NAMES) ?? WHOLE_INPUT;

/**
 * What a refused delete means: only an id that never was is refused.
 * @throws GatewayError UPSTREAM_ERROR
 */
export function deleteRefusal({ status }: UpstreamAnswer): ChangeAnswer {
  if (status === 404) return refused('NOT_FOUND', SESSION_ID);
  throw rejected('FLEXPRICE', status);
}
