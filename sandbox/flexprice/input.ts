import { z } from 'zod';
import { Refusal, unknownNames } from '../api.ts';
import { failure } from './errors.ts';

const subscriptionParams = z.object({
  plan_id: z.string().min(1),
  currency: z.string().regex(/^[A-Za-z]{3}$/, 'must be a three-letter currency code'),
  billing_period: z.enum(['MONTHLY', 'ANNUAL', 'WEEKLY', 'DAILY', 'QUARTERLY', 'HALF_YEARLY', 'ONETIME']),
  lookup_key: z.string().optional(),
  start_date: z.iso.datetime({ offset: true }).optional(),
  end_date: z.iso.datetime({ offset: true }).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  subscription_id: z.string().optional(),
});

const createBody = z.object({
  customer_external_id: z.string().min(1),
  action: z.enum(['create_subscription', 'modify_subscription', 'wallet_topup', 'add_addon']),
  payment_provider: z.enum(['razorpay']),
  configuration: z.object({ create_subscription_params: subscriptionParams.optional() }).optional(),
  success_url: z.string().optional(),
  failure_url: z.string().optional(),
  cancel_url: z.string().optional(),
  idempotency_key: z.string().min(1).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  payment_provider_config: z
    .object({
      collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
      max_mandate_limit: z.string().optional(),
      payment_method: z.enum(['CARD', 'ACH', 'OFFLINE', 'CREDITS', 'PAYMENT_LINK', 'UPI']).optional(),
    })
    .optional(),
});

export type CreateBody = z.infer<typeof createBody>;

const PARAMS = 'create_subscription_params';

function refuse(message: string, status = 400, code?: string): never {
  throw new Refusal(failure(status, message, code));
}

/** @throws Refusal as Flexprice refuses: 400 validation_error or invalid_operation, 404 for an unknown plan or customer */
export function readCreate(body: unknown): { input: CreateBody; ignored: string[] } {
  const parsed = createBody.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const input = parsed.data;
  // The server knows these actions, but makes no sessions for them here.
  if (input.action !== 'create_subscription') {
    refuse(`action ${input.action} is not supported for checkout sessions`, 400, 'invalid_operation');
  }
  const params = input.configuration?.create_subscription_params;
  if (params === undefined) refuse(`configuration.${PARAMS} is required for action create_subscription`);
  if (params.plan_id.includes('missing')) refuse(`plan ${params.plan_id} not found`, 404);
  if (input.customer_external_id.includes('missing')) refuse(`customer ${input.customer_external_id} not found`, 404);
  const given = (body as { configuration?: Record<string, unknown> }).configuration;
  const ignored = [
    ...unknownNames(body, Object.keys(createBody.shape), 'body'),
    ...unknownNames(given, [PARAMS], 'body.configuration'),
    ...unknownNames(given?.[PARAMS], Object.keys(subscriptionParams.shape), `body.configuration.${PARAMS}`),
  ];
  return { input, ignored };
}
