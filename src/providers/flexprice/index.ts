import { exactJson } from '../../checkout/metadata.ts';
import type { CallContext, Provider } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse, checkAnswered } from '../bad-response.ts';
import { parseWire } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { createFlexpriceChanges } from './changes.ts';
import { createFlexpriceClient } from './client.ts';
import { planIndex } from './listing.ts';
import { toSession } from './mapping.ts';
import { flexpriceWebhook } from './webhook.ts';
import { flexpriceSession } from './wire.ts';

/** Flexprice: subscriptions bought through a hosted page. It has no list, and its delete only puts the record away. */
export function createFlexprice({ upstream, log, now }: ProviderOptions): Provider {
  const client = createFlexpriceClient(upstream);
  const report = logOddValues('FLEXPRICE', log);
  const read = ({ body, text }: UpstreamAnswer, mayHaveHappened: boolean): CheckoutSession => {
    const wire = parseWire(flexpriceSession, body, report);
    if (!wire) throw badResponse('FLEXPRICE', 'a checkout session with an id', { mayHaveHappened });
    return toSession(wire, { fetchedAt: instantNow(now), exact: (...path) => exactJson(text, path) });
  };
  const getSession = async (providerId: string, call: CallContext): Promise<CheckoutSession | null> => {
    const answer = await client.get(providerId, call);
    if (!answer) return null;
    const session = read(answer, false);
    checkAnswered('FLEXPRICE', providerId, session.providerId);
    return session;
  };
  return {
    name: 'FLEXPRICE',
    listing: { kind: 'INDEXED', plan: planIndex },
    getSession: (providerId, _expansion, call) => getSession(providerId, call),
    changes: createFlexpriceChanges({ client, readChanged: (answer) => read(answer, true), getSession }),
    webhook: flexpriceWebhook,
  };
}
