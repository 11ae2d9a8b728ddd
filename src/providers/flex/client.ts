import type { CallContext, Expansion } from '../../checkout/provider.ts';
import { pathSegment, type Upstream, type UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';

/** Everything Flex's list can be asked for. */
export type FlexListQuery = {
  /** 1 to 100; Flex takes 10 when it is left out. */
  limit?: number;
  /** How many sessions to skip, from the newest. */
  offset?: number;
  /** Only the sessions older than this one. Excludes `ending_before`. */
  starting_after?: string;
  /** The page of sessions immediately newer than this one, still newest first. */
  ending_before?: string;
  /** Created within this many days. */
  interval?: number;
  payment_intent?: string;
  /** One of `open`, `paid`, `complete`, `canceled`, `expired`. */
  status?: string;
  customer?: string;
  email?: string;
  subscription?: string;
  client_reference_id?: string;
  has_disputes?: boolean;
  expand_customer?: boolean;
  expand_payment_intent?: boolean;
  /** Related objects, separated by commas. */
  expand?: string;
  /** ISO 8601, as are the three below. */
  'created[gt]'?: string;
  'created[gte]'?: string;
  'created[lt]'?: string;
  'created[lte]'?: string;
};

/** Flex's checkout endpoints: requests in, bodies out, not yet looked into. */
export type FlexClient = {
  /** `GET /v1/checkout/sessions/{id}`; null for 404. */
  get(id: string, expansion: Expansion, call: CallContext): Promise<UpstreamAnswer | null>;
  /** `GET /v1/checkout/sessions`: a page, newest first. Null when the session it is anchored at is gone. */
  list(query: FlexListQuery, call: CallContext): Promise<UpstreamAnswer | null>;
  /** `GET /v1/checkout/sessions/{id}/line_items`; null for 404. */
  lineItems(id: string, call: CallContext): Promise<UpstreamAnswer | null>;
  /** `POST /v1/checkout/sessions`; refusals too. */
  create(body: unknown, key: string, call: CallContext): Promise<UpstreamAnswer>;
  /** `POST /v1/checkout/sessions/{id}/{verb}`, with a body where the verb has one; refusals too. */
  change(id: string, verb: FlexVerb, request: FlexChange, call: CallContext): Promise<UpstreamAnswer>;
};

export type FlexVerb = 'cancel' | 'capture' | 'refund' | 'confirm' | 'reauth';

export type FlexChange = {
  body?: unknown;
  /** Sent as `Idempotency-Key`. */
  key: string;
};

const ROUTE = '/v1/checkout/sessions';

// How Flex says that it does not know the session a page is anchored at is not documented.
const ANCHOR_GONE: ReadonlySet<number> = new Set([400, 404, 410, 422]);

/** The parameters that ask for an expansion; none when none is wanted. */
export const expandParameters = ({ customer, paymentIntent }: Expansion): FlexListQuery => ({
  ...(customer && { expand_customer: true }),
  ...(paymentIntent && { expand_payment_intent: true }),
});

export function createFlexClient(upstream: Upstream): FlexClient {
  const read = async (path: string, route: string, query: FlexListQuery, call: CallContext) => {
    const parameters = Object.entries(query).map(([name, value]) => [name, String(value)] as const);
    return upstream.send({ method: 'GET', path, route, query: parameters, kind: 'read' }, call);
  };
  const post = (path: string, route: string, { body, key }: FlexChange, call: CallContext) => {
    const json = body === undefined ? undefined : { checkout_session: body };
    const headers = { 'Idempotency-Key': key };
    return upstream.send({ method: 'POST', path, route, headers, json, kind: 'change' }, call);
  };
  const found = (answer: UpstreamAnswer): UpstreamAnswer | null => {
    if (answer.status === 404) return null;
    if (answer.status >= 400) throw rejected('FLEX', answer.status);
    return answer;
  };
  return {
    async get(id, expansion, call) {
      return found(await read(`${ROUTE}/${pathSegment(id)}`, `${ROUTE}/{id}`, expandParameters(expansion), call));
    },
    async list(query, call) {
      const answer = await read(ROUTE, ROUTE, query, call);
      const isAnchored = query.starting_after !== undefined || query.ending_before !== undefined;
      if (isAnchored && ANCHOR_GONE.has(answer.status)) return null;
      if (answer.status >= 400) throw rejected('FLEX', answer.status);
      return answer;
    },
    async lineItems(id, call) {
      return found(await read(`${ROUTE}/${pathSegment(id)}/line_items`, `${ROUTE}/{id}/line_items`, {}, call));
    },
    create: (body, key, call) => post(ROUTE, ROUTE, { body, key }, call),
    change: (id, verb, request, call) =>
      post(`${ROUTE}/${pathSegment(id)}/${verb}`, `${ROUTE}/{id}/${verb}`, request, call),
  };
}
