import { exactJson } from '../../checkout/metadata.ts';
import type { Provider } from '../../checkout/provider.ts';
import { instantNow } from '../../checkout/time.ts';
import { badResponse, checkAnswered } from '../bad-response.ts';
import { parseWire } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { createFlexpriceClient } from './client.ts';
import { planIndex } from './listing.ts';
import { toSession } from './mapping.ts';
import { flexpriceSession } from './wire.ts';

/** Flexprice: subscriptions bought through a hosted page. It has no list, and its delete only puts the record away. */
export function createFlexprice({ upstream, log, now }: ProviderOptions): Provider {
  const client = createFlexpriceClient(upstream);
  const report = logOddValues('FLEXPRICE', log);
  return {
    name: 'FLEXPRICE',
    listing: { kind: 'INDEXED', plan: planIndex },
    async getSession(providerId, _expansion, call) {
      const answer = await client.get(providerId, call);
      if (!answer) return null;
      const wire = parseWire(flexpriceSession, answer.body, report);
      if (!wire) throw badResponse('FLEXPRICE', 'a checkout session with an id');
      checkAnswered('FLEXPRICE', providerId, wire.id);
      return toSession(wire, { fetchedAt: instantNow(now), exact: (...path) => exactJson(answer.text, path) });
    },
    deleteSession: async (providerId, call) => ((await client.delete(providerId, call)) ? 'DELETED' : 'NOT_FOUND'),
  };
}
