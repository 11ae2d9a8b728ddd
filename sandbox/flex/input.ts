import { z } from 'zod';
import { unknownNames } from '../api.ts';
import { type Detail, invalid } from './errors.ts';

const cents = z.int().min(0);
const text = z.string().min(1);
const object = z.record(z.string(), z.unknown());
const metadata = z.record(z.string(), z.string());

const priceData = z.object({ product: z.unknown(), unit_amount: cents, recurring: z.unknown().optional() });

const lineItem = z
  .object({ price: text.optional(), price_data: priceData.optional(), quantity: z.int().min(1).default(1) })
  .refine((item) => (item.price === undefined) !== (item.price_data === undefined), {
    message: 'exactly one of price and price_data is required',
  });

const create = z.object({
  line_items: z.array(lineItem).default([]),
  mode: z.enum(['payment', 'subscription', 'setup', 'off_session']).default('payment'),
  success_url: text,
  cancel_url: text.nullish(),
  client_reference_id: z.string().nullish(),
  customer: text.nullish(),
  defaults: z
    .looseObject({
      email: z.string().nullish(),
      first_name: z.string().nullish(),
      last_name: z.string().nullish(),
      phone: z.string().nullish(),
      customer_id: z.string().nullish(),
    })
    .nullish(),
  allow_promotion_codes: z.boolean().nullish(),
  capture_method: z.enum(['automatic', 'manual']).default('automatic'),
  metadata: metadata.nullish(),
  setup_future_use: z.union([z.string(), z.boolean()]).nullish(),
  payment_method: text.nullish(),
  subscription_data: object.nullish(),
  shipping_options: z.union([object, z.array(object)]).nullish(),
  shipping_address_collection: z.union([z.boolean(), object]).nullish(),
  discounts: z.array(object).nullish(),
  fees: z.array(z.looseObject({ amount: cents.optional() })).nullish(),
  tax_rate: object.nullish(),
  expires_at: z.int().nullish(),
});

const capture = z.object({
  amount: z.int().min(1).optional(),
  line_items: z
    .array(z.looseObject({ price: text.optional(), product: text.optional(), amount_to_capture: cents.optional() }))
    .optional(),
});

const refund = z.object({
  amount: z.int().min(1).optional(),
  line_items: z
    .array(z.looseObject({ price: text.optional(), product: text.optional(), amount_to_refund: cents }))
    .optional(),
  amount_tax: cents.optional(),
  amount_shipping: cents.optional(),
  amount_discount: cents.optional(),
  refund_metadata: metadata.optional(),
});

const confirm = z.object({ payment_method: text.optional() });
const nothing = z.object({});

export const BODIES = { create, capture, refund, confirm, nothing };
export type CreateBody = z.infer<typeof create>;
export type CaptureBody = z.infer<typeof capture>;
export type RefundBody = z.infer<typeof refund>;

const TYPES: Readonly<Record<string, string>> = {
  too_small: 'greater_than_equal',
  too_big: 'less_than_equal',
  invalid_value: 'enum',
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const key of path) here = (here as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return here;
}

function detailOf(issue: z.core.$ZodIssue, body: unknown): Detail {
  const loc = ['body', ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
  if (issue.code === 'invalid_type') {
    if (valueAt(body, issue.path) === undefined) return { loc, msg: 'Field required', type: 'missing' };
    return { loc, msg: `Input should be a valid ${issue.expected}`, type: `${issue.expected}_type` };
  }
  return { loc, msg: issue.message, type: TYPES[issue.code] ?? 'value_error' };
}

/** Reads `{checkout_session: {…}}`. @throws Refusal 422 */
export function readBody<T extends z.ZodObject>(schema: T, body: unknown): { input: z.infer<T>; ignored: string[] } {
  const enveloped = z.object({ checkout_session: schema });
  const parsed = enveloped.safeParse(body ?? {});
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => detailOf(issue, body)));
  const inner = (body as { checkout_session: unknown }).checkout_session;
  const ignored = [
    ...unknownNames(body, ['checkout_session'], 'body'),
    ...unknownNames(inner, Object.keys(schema.shape), 'body.checkout_session'),
  ];
  return { input: (parsed.data as { checkout_session: z.infer<T> }).checkout_session, ignored };
}

/** The same where the body may also be left out. */
export function readOptionalBody<T extends z.ZodObject>(
  schema: T,
  body: unknown,
): { input: z.infer<T>; ignored: string[] } {
  const empty = body === undefined || (typeof body === 'object' && body !== null && !('checkout_session' in body));
  return readBody(schema, empty ? { ...(body ?? {}), checkout_session: {} } : body);
}
