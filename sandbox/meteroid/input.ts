import { z } from 'zod';
import { Refusal, unknownNames } from '../api.ts';
import { failure } from './errors.ts';

const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9A-Za-z]{1,32}$`), `must be an id like ${prefix}_7n42DGM5Tflk9n8mt7Fhc7`);
const int = z.int32().nullish();
const date = z.iso.date().nullish();
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a decimal number as a string');
const method = z.object({ enabled: z.boolean() }).nullish();

const paymentMethods = z.discriminatedUnion('type', [
  z.object({ type: z.literal('online'), config: z.object({ card: method, direct_debit: method }).nullish() }),
  z.object({ type: z.literal('bank_transfer'), account_id: id('ba').nullish() }),
  z.object({ type: z.literal('external') }),
]);

const components = z.object({
  extra_components: z.array(z.looseObject({ name: z.string() })).nullish(),
  overridden_components: z.array(z.looseObject({ component_id: id('price'), name: z.string() })).nullish(),
  parameterized_components: z
    .array(z.looseObject({ component_id: id('price'), parameters: z.looseObject({}) }))
    .nullish(),
  remove_components: z.array(id('price')).nullish(),
});

const createBody = z.object({
  customer_id: z.string().min(1),
  plan_version_id: id('plv'),
  coupon_code: z.string().nullish(),
  coupon_ids: z.array(id('cou')).optional(),
  billing_start_date: date,
  billing_day_anchor: z.int32().min(1).max(31).nullish(),
  net_terms: int,
  trial_duration_days: int,
  end_date: date,
  expires_in_hours: z.int32().min(0).nullish(),
  auto_advance_invoices: z.boolean().nullish(),
  charge_automatically: z.boolean().nullish(),
  invoice_memo: z.string().nullish(),
  invoice_threshold: decimal.nullish(),
  purchase_order: z.string().nullish(),
  components: components.nullish(),
  add_ons: z.array(z.looseObject({ add_on_id: id('add'), quantity: z.int32().min(0).optional() })).nullish(),
  metadata: z.unknown().optional(),
  payment_methods_config: paymentMethods.nullish(),
});

export type CreateBody = z.infer<typeof createBody>;

const listQuery = z.object({
  customer_id: id('cus').optional(),
  status: z.enum(['CREATED', 'AWAITING_PAYMENT', 'COMPLETED', 'EXPIRED', 'CANCELLED']).optional(),
});

export type ListQuery = z.infer<typeof listQuery>;

function read<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Refusal(failure(400, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`));
}

/** @throws Refusal 400 */
export function readCreate(body: unknown): { input: CreateBody; ignored: string[] } {
  const input = read(createBody, body);
  for (const [what, value] of [
    ['Customer', input.customer_id],
    ['Plan version', input.plan_version_id],
  ] as const) {
    if (value.includes('missing')) throw new Refusal(failure(400, `${what} not found: ${value}`));
  }
  return { input, ignored: unknownNames(body, Object.keys(createBody.shape), 'body') };
}

/** @throws Refusal 400 */
export function readList(query: URLSearchParams): { input: ListQuery; ignored: string[] } {
  const given = Object.fromEntries(query);
  return { input: read(listQuery, given), ignored: unknownNames(given, Object.keys(listQuery.shape), 'query') };
}
