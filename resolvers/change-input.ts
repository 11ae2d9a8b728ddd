import type { Change, NewSession, UserError } from '../src/checkout/change.ts';
import { sizeProblems } from './change-size.ts';
import type {
  CaptureCheckoutSessionInput,
  MetadataEntryInput,
  NewCheckoutSession,
  NewFlexSession,
  RefundCheckoutSessionInput,
} from './generated/types.ts';
import { invalid } from './invalid-input.ts';

/** GraphQL tells null from left out; a change does not. */
type Given<T> = T extends readonly (infer E)[]
  ? Given<E>[]
  : T extends object
    ? { [K in keyof T]: Given<Exclude<T[K], null>> }
    : Exclude<T, null>;

/** The same without what is null, however deep; JSON is left as it is. */
function given<T>(value: T, json: ReadonlySet<string>): Given<T> {
  if (Array.isArray(value)) return value.map((each) => given(each, json)) as Given<T>;
  if (typeof value !== 'object' || value === null) return value as Given<T>;
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(
    entries.map(([name, each]) => [name, json.has(name) ? each : given(each, json)]),
  ) as Given<T>;
}

const METEROID_JSON = new Set(['components', 'addOns', 'metadata', 'paymentMethods']);
const FLEX_JSON = new Set([...['subscriptionData', 'shippingOptions', 'discounts', 'fees', 'taxRate', 'priceData']]);
const CAPTURE_JSON = new Set(['lineItems']);
const NONE: ReadonlySet<string> = new Set();

/** GraphQL has seen to it that exactly one is there, and that what has a default is there too. */
export function newSessionOf({ flexprice, meteroid, flex }: NewCheckoutSession): NewSession {
  if (flexprice) return { provider: 'FLEXPRICE', ...given(flexprice, NONE) } as NewSession;
  if (meteroid) return { provider: 'METEROID', ...given(meteroid, METEROID_JSON) };
  return { provider: 'FLEX', ...given(flex as NewFlexSession, FLEX_JSON) } as NewSession;
}

export const captureOf = (providerId: string, input: CaptureCheckoutSessionInput): Change => ({
  kind: 'CAPTURE',
  providerId,
  amount: input.amountMinorUnits ?? undefined,
  lineItems: input.lineItems ?? undefined,
});

export const refundOf = (providerId: string, input: RefundCheckoutSessionInput): Change => ({
  kind: 'REFUND',
  providerId,
  amount: input.amountMinorUnits ?? undefined,
  lineItems: input.lineItems?.map(({ price, product, amountMinorUnits }) => ({
    price: price ?? undefined,
    product: product ?? undefined,
    amount: amountMinorUnits,
  })),
  tax: input.taxMinorUnits ?? undefined,
  shipping: input.shippingMinorUnits ?? undefined,
  discount: input.discountMinorUnits ?? undefined,
  metadata: input.metadata ?? undefined,
});

const KEY = /^[\x21-\x7e]{1,255}$/;

/** What is wrong with a change before anybody is asked. */
export function problemsOf(idempotencyKey: string | null, change: Change): UserError[] {
  return [
    ...(idempotencyKey === null || KEY.test(idempotencyKey)
      ? []
      : [invalid('Expected 1 to 255 visible ASCII characters without spaces.', 'idempotencyKey')]),
    ...problemsOfChange(change),
  ];
}

/** What is too large is looked at no further: it could have as many mistakes as it likes. */
function problemsOfChange(change: Change): UserError[] {
  const tooLarge = sizeProblems(change, jsonIn(change), change.kind === 'CREATE' ? pathOf(change.session) : []);
  return tooLarge.length > 0 ? tooLarge : problemsIn(change);
}

const pathOf = ({ provider }: NewSession): string[] => ['session', provider.toLowerCase()];

function jsonIn(change: Change): ReadonlySet<string> {
  if (change.kind === 'CAPTURE') return CAPTURE_JSON;
  if (change.kind !== 'CREATE' || change.session.provider === 'FLEXPRICE') return NONE;
  return change.session.provider === 'METEROID' ? METEROID_JSON : FLEX_JSON;
}

function problemsIn(change: Change): UserError[] {
  switch (change.kind) {
    case 'CREATE':
      return problemsInNew(change.session);
    case 'CAPTURE':
      return [
        ...positive(change.amount, 'amountMinorUnits'),
        ...(change.amount !== undefined && change.lineItems !== undefined
          ? [invalid('Expected either an amount or line items.', 'amountMinorUnits')]
          : []),
        ...(change.lineItems === undefined || (Array.isArray(change.lineItems) && change.lineItems.length > 0)
          ? []
          : [invalid('Expected a list with at least one line item.', 'lineItems')]),
        ...exact(change.lineItems, 'lineItems'),
      ];
    case 'REFUND':
      return [
        ...positive(change.amount, 'amountMinorUnits'),
        ...(change.lineItems?.length === 0 ? [invalid('Expected at least one line item.', 'lineItems')] : []),
        ...(change.lineItems ?? []).flatMap((item, index) => [
          ...positive(item.amount, 'lineItems', String(index), 'amountMinorUnits'),
          ...((item.price === undefined) === (item.product === undefined)
            ? [invalid('Expected either a price or a product.', 'lineItems', String(index))]
            : []),
        ]),
        ...notNegative(change.tax, 'taxMinorUnits'),
        ...notNegative(change.shipping, 'shippingMinorUnits'),
        ...notNegative(change.discount, 'discountMinorUnits'),
        ...(change.amount !== undefined && isByLines(change)
          ? [
              invalid(
                'Expected either an amount or line items with their tax, shipping and discount.',
                'amountMinorUnits',
              ),
            ]
          : []),
        ...unique(change.metadata, 'metadata'),
      ];
    case 'CONFIRM':
      return change.paymentMethod === '' ? [invalid('Expected the id of a payment method.', 'paymentMethod')] : [];
    default:
      return [];
  }
}

const isByLines = ({ lineItems, tax, shipping, discount }: Extract<Change, { kind: 'REFUND' }>): boolean =>
  [lineItems, tax, shipping, discount].some((part) => part !== undefined);

function problemsInNew(session: NewSession): UserError[] {
  switch (session.provider) {
    case 'FLEXPRICE':
      return [
        ...unique(session.metadata, 'session', 'flexprice', 'metadata'),
        ...unique(session.createSubscription.metadata, 'session', 'flexprice', 'createSubscription', 'metadata'),
      ];
    case 'METEROID':
      return exactIn(session, METEROID_JSON, 'session', 'meteroid');
    case 'FLEX':
      return [
        ...unique(session.metadata, 'session', 'flex', 'metadata'),
        ...exactIn(session, FLEX_JSON, 'session', 'flex'),
        ...(session.lineItems.length === 0 && session.mode !== 'setup'
          ? [invalid('Expected at least one line item.', 'session', 'flex', 'lineItems')]
          : []),
        ...session.lineItems.flatMap((item, index) => [
          ...((item.price === undefined) === (item.priceData === undefined)
            ? [invalid('Expected either a price or priceData.', 'session', 'flex', 'lineItems', String(index))]
            : []),
          ...exact(item.priceData, 'session', 'flex', 'lineItems', String(index), 'priceData'),
          ...(item.quantity >= 1
            ? []
            : [invalid('Expected 1 or more.', 'session', 'flex', 'lineItems', String(index), 'quantity')]),
        ]),
      ];
  }
}

const exactIn = (session: object, names: ReadonlySet<string>, ...field: string[]): UserError[] =>
  Object.entries(session).flatMap(([name, value]) => (names.has(name) ? exact(value, ...field, name) : []));

/**
 * JSON would be sent with other numbers than were meant: Infinity as null, and great ones rounded. The field alone is
 * named, once: how many there are, and under which names, is up to the caller.
 */
const exact = (json: unknown, ...field: string[]): UserError[] =>
  isExact(json) ? [] : [invalid('Expected numbers that are not rounded on the way.', ...field)];

function isExact(json: unknown, levels = DEEPEST): boolean {
  if (typeof json === 'number') return Number.isFinite(json) && (Number.isSafeInteger(json) || !Number.isInteger(json));
  if (typeof json !== 'object' || json === null || levels === 0) return true;
  return Object.values(json).every((each) => isExact(each, levels - 1));
}

/** Deeper than anything that a provider takes; more is refused later. */
const DEEPEST = 200;

const positive = (amount: number | undefined, ...field: string[]): UserError[] =>
  amount === undefined || amount >= 1 ? [] : [invalid(`Expected 1 or more, got ${amount}.`, ...field)];

const notNegative = (amount: number | undefined, ...field: string[]): UserError[] =>
  amount === undefined || amount >= 0 ? [] : [invalid(`Expected 0 or more, got ${amount}.`, ...field)];

/** A provider would keep the last of them and say nothing. */
function unique(metadata: readonly MetadataEntryInput[] | undefined, ...field: string[]): UserError[] {
  const keys = metadata?.map(({ key }) => key) ?? [];
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  return twice < 0 ? [] : [invalid('Expected each key once.', ...field, String(twice), 'key')];
}
