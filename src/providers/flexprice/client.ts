import type { CallContext } from '../../checkout/provider.ts';
import { pathSegment, type Upstream, type UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';

/** Flexprice's checkout endpoints: requests in, bodies out, not yet looked into. */
export type FlexpriceClient = {
  /** `GET /checkout/sessions/{id}`; null for 404. */
  get(id: string, call: CallContext): Promise<UpstreamAnswer | null>;
  /** `DELETE /checkout/sessions/{id}`: archives. False for 404. */
  delete(id: string, call: CallContext): Promise<boolean>;
};

const ROUTE = '/checkout/sessions/{id}';

export function createFlexpriceClient(upstream: Upstream): FlexpriceClient {
  return {
    async get(id, call) {
      const answer = await upstream.send({ method: 'GET', path: pathOf(id), route: ROUTE, kind: 'read' }, call);
      if (answer.status === 404) return null;
      if (answer.status >= 400) throw rejected('FLEXPRICE', answer.status);
      return answer;
    },
    async delete(id, call) {
      const answer = await upstream.send({ method: 'DELETE', path: pathOf(id), route: ROUTE, kind: 'change' }, call);
      if (answer.status === 404) return false;
      if (answer.status >= 400) throw rejected('FLEXPRICE', answer.status);
      return true;
    },
  };
}

const pathOf = (id: string): string => `/checkout/sessions/${pathSegment(id)}`;
