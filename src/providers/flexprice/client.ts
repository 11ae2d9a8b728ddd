import type { CallContext } from '../../checkout/provider.ts';
import { pathSegment, type Upstream, type UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';

/** Flexprice's checkout endpoints: requests in, bodies out, not yet looked into. */
export type FlexpriceClient = {
  /** `GET /checkout/sessions/{id}`; null for 404. */
  get(id: string, call: CallContext): Promise<UpstreamAnswer | null>;
  /** `POST /checkout/sessions`; refusals too. */
  create(body: unknown, call: CallContext): Promise<UpstreamAnswer>;
  /** `DELETE /checkout/sessions/{id}`: archives. Refusals too. */
  delete(id: string, call: CallContext): Promise<UpstreamAnswer>;
};

const ALL = '/checkout/sessions';
const ONE = '/checkout/sessions/{id}';

export function createFlexpriceClient(upstream: Upstream): FlexpriceClient {
  return {
    async get(id, call) {
      const answer = await upstream.send({ method: 'GET', path: pathOf(id), route: ONE, kind: 'read' }, call);
      if (answer.status === 404) return null;
      if (answer.status >= 400) throw rejected('FLEXPRICE', answer.status);
      return answer;
    },
    create: (json, call) => upstream.send({ method: 'POST', path: ALL, route: ALL, json, kind: 'change' }, call),
    delete: (id, call) => upstream.send({ method: 'DELETE', path: pathOf(id), route: ONE, kind: 'change' }, call),
  };
}

const pathOf = (id: string): string => `${ALL}/${pathSegment(id)}`;
