import type { CallContext } from '../../checkout/provider.ts';
import { pathSegment, type Upstream, type UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';

/** What Meteroid's list can be narrowed by: one value each. */
export type MeteroidListQuery = { customer_id?: string; status?: string };

/** Meteroid's checkout endpoints: requests in, bodies out, not yet looked into. */
export type MeteroidClient = {
  /** `GET /api/v1/checkout-sessions/{id}`; null for 404. */
  get(id: string, call: CallContext): Promise<UpstreamAnswer | null>;
  /** `GET /api/v1/checkout-sessions`: all of them at once. Refusals too. */
  list(query: MeteroidListQuery, call: CallContext): Promise<UpstreamAnswer>;
  /** `POST /api/v1/checkout-sessions`; refusals too. */
  create(body: unknown, call: CallContext): Promise<UpstreamAnswer>;
  /** `POST /api/v1/checkout-sessions/{id}/cancel`; refusals too. */
  cancel(id: string, call: CallContext): Promise<UpstreamAnswer>;
};

const ROUTE = '/api/v1/checkout-sessions';

export function createMeteroidClient(upstream: Upstream): MeteroidClient {
  return {
    async get(id, call) {
      const answer = await upstream.send(
        { method: 'GET', path: pathOf(id), route: `${ROUTE}/{id}`, kind: 'read' },
        call,
      );
      if (answer.status === 404) return null;
      if (answer.status >= 400) throw rejected('METEROID', answer.status);
      return answer;
    },
    list: (query, call) =>
      upstream.send({ method: 'GET', path: ROUTE, route: ROUTE, query: Object.entries(query), kind: 'read' }, call),
    create: (json, call) => upstream.send({ method: 'POST', path: ROUTE, route: ROUTE, json, kind: 'change' }, call),
    cancel: (id, call) =>
      upstream.send(
        { method: 'POST', path: `${pathOf(id)}/cancel`, route: `${ROUTE}/{id}/cancel`, kind: 'change' },
        call,
      ),
  };
}

const pathOf = (id: string): string => `${ROUTE}/${pathSegment(id)}`;
