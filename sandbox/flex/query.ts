import { Refusal, unknownNames } from '../api.ts';
import { type Detail, failure, invalid } from './errors.ts';
import type { Expansion } from './shape.ts';

export type ListQuery = {
  limit: number;
  offset: number;
  startingAfter?: string;
  endingBefore?: string;
  interval?: number;
  status?: string;
  paymentIntent?: string;
  customer?: string;
  email?: string;
  subscription?: string;
  clientReferenceId?: string;
  hasDisputes: boolean;
  /** Bounds of the creation time, in milliseconds. */
  created: { gt?: number; gte?: number; lt?: number; lte?: number };
};

const STATUSES = ['open', 'paid', 'complete', 'canceled', 'expired'];
const EXPANSIONS = ['expand_customer', 'expand_payment_intent', 'expand'];
const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;
const KNOWN = [
  ...[
    'limit',
    'offset',
    'starting_after',
    'ending_before',
    'interval',
    'payment_intent',
    'status',
    'customer',
    'email',
  ],
  ...[
    'subscription',
    'client_reference_id',
    'has_disputes',
    ...EXPANSIONS,
    ...BOUNDS.map((bound) => `created[${bound}]`),
  ],
];
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Reads parameters one by one and gathers what is wrong with them, so that one answer tells all of it. */
class Reader {
  readonly #values: Map<string, string>;
  readonly problems: Detail[] = [];

  constructor(query: URLSearchParams) {
    this.#values = new Map(query);
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  #wrong(name: string, type: string, msg: string): undefined {
    this.problems.push({ loc: ['query', name], msg, type });
    return undefined;
  }

  integer(name: string, low: number, high: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^[+-]?\d+$/.test(text)) return this.#wrong(name, 'int_parsing', 'Input should be a valid integer');
    const value = Number(text);
    if (value < low) return this.#wrong(name, 'greater_than_equal', `Input should be greater than or equal to ${low}`);
    if (value > high) return this.#wrong(name, 'less_than_equal', `Input should be less than or equal to ${high}`);
    return value;
  }

  flag(name: string): boolean {
    const text = this.text(name);
    if (text === undefined || text === 'false') return false;
    if (text === 'true') return true;
    return this.#wrong(name, 'bool_parsing', 'Input should be true or false') ?? false;
  }

  oneOf(name: string, values: readonly string[]): string | undefined {
    const text = this.text(name);
    if (text === undefined || values.includes(text)) return text;
    return this.#wrong(name, 'enum', `Input should be one of ${values.join(', ')}`);
  }

  like(name: string, pattern: RegExp, what: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    return this.#wrong(name, 'value_error', `value is not ${what}`);
  }

  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = ISO.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(ms) ? this.#wrong(name, 'datetime_parsing', 'Input should be an ISO 8601 date and time') : ms;
  }
}

/** The object without its undefined properties. */
function given<T extends Record<string, unknown>>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

/** @throws Refusal 422 with every problem, 400 when both anchors are given */
export function readListQuery(query: URLSearchParams): { input: ListQuery; ignored: string[] } {
  const reader = new Reader(query);
  const bounds = Object.fromEntries(BOUNDS.map((bound) => [bound, reader.time(`created[${bound}]`)]));
  const input: ListQuery = {
    limit: reader.integer('limit', 1, 100) ?? 10,
    offset: reader.integer('offset', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    hasDisputes: reader.flag('has_disputes'),
    created: given(bounds),
    ...given({
      startingAfter: reader.text('starting_after'),
      endingBefore: reader.text('ending_before'),
      interval: reader.integer('interval', 0, 2_147_483_647),
      status: reader.oneOf('status', STATUSES),
      paymentIntent: reader.text('payment_intent'),
      customer: reader.text('customer'),
      email: reader.like('email', EMAIL, 'a valid email address'),
      subscription: reader.text('subscription'),
      clientReferenceId: reader.text('client_reference_id'),
    }),
  };
  for (const name of ['expand_customer', 'expand_payment_intent']) reader.flag(name);
  if (reader.problems.length > 0) throw invalid(reader.problems);
  if (input.startingAfter !== undefined && input.endingBefore !== undefined) {
    throw new Refusal(
      failure(400, 'You cannot use both starting_after and ending_before.', { param: 'ending_before' }),
    );
  }
  return { input, ignored: unknownNames(Object.fromEntries(query), KNOWN, 'query') };
}

/** @throws Refusal 422 */
export function readExpansion(query: URLSearchParams): Expansion {
  const reader = new Reader(query);
  const wanted = (reader.text('expand') ?? '').split(',').map((word) => word.trim());
  const expansion = {
    customer: reader.flag('expand_customer') || wanted.includes('customer'),
    paymentIntent: reader.flag('expand_payment_intent') || wanted.includes('payment_intent'),
  };
  if (reader.problems.length > 0) throw invalid(reader.problems);
  return expansion;
}

export const unknownExpansions = (query: URLSearchParams): string[] =>
  unknownNames(Object.fromEntries(query), EXPANSIONS, 'query');
