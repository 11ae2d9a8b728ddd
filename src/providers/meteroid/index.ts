import type { Provider } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import { badResponse, checkAnswered } from '../bad-response.ts';
import { parseWire } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { createMeteroidClient } from './client.ts';
import { planList, type ReadMeteroidList } from './listing.ts';
import { toSession } from './mapping.ts';
import { meteroidListEnvelope, meteroidSession, meteroidSessionEnvelope } from './wire.ts';

/** Meteroid: subscriptions sold through a hosted checkout. Its list comes whole, without pages. */
export function createMeteroid({ upstream, log, now }: ProviderOptions): Provider {
  const client = createMeteroidClient(upstream);
  const report = logOddValues('METEROID', log);
  const read = (raw: unknown, expected: string): CheckoutSession => {
    const wire = parseWire(meteroidSession, raw, report);
    if (!wire) throw badResponse('METEROID', expected);
    return toSession(wire, { fetchedAt: instantNow(now) });
  };
  const readAll: ReadMeteroidList = async (query, call) => {
    const answer = await client.list(query, call);
    const envelope = meteroidListEnvelope.safeParse(answer.body);
    if (!envelope.success) throw badResponse('METEROID', '{sessions: […]}');
    return envelope.data.sessions.map((raw) => read(raw, '{sessions: […]} with an id in each'));
  };
  return {
    name: 'METEROID',
    listing: { kind: 'WHOLE', plan: (filter) => planList(filter, readAll) },
    async getSession(providerId, _expansion, call) {
      const answer = await client.get(providerId, call);
      if (!answer) return null;
      const envelope = meteroidSessionEnvelope.safeParse(answer.body);
      if (!envelope.success) throw badResponse('METEROID', '{session: …}');
      const session = read(envelope.data.session, '{session: …} with an id');
      checkAnswered('METEROID', providerId, session.providerId);
      return session;
    },
  };
}
