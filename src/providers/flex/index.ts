import { exactJson } from '../../checkout/metadata.ts';
import type { Provider } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import { badResponse, checkAnswered } from '../bad-response.ts';
import { parseWire } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { createFlexClient, expandParameters } from './client.ts';
import { toLineItem } from './details.ts';
import { planLists, type ReadFlexPage } from './listing.ts';
import { toSession } from './mapping.ts';
import { flexLineItem, flexLineItemsEnvelope, flexListEnvelope, flexSession, flexSessionEnvelope } from './wire.ts';

/** Flex: payments out of health savings and spending accounts. It expands on request and pages its list. */
export function createFlex({ upstream, log, now }: ProviderOptions): Provider {
  const client = createFlexClient(upstream);
  const report = logOddValues('FLEX', log);
  const read = (raw: unknown, expected: string, exact: (path: string[]) => unknown): CheckoutSession => {
    const wire = parseWire(flexSession, raw, report);
    if (!wire) throw badResponse('FLEX', expected);
    return toSession(wire, { fetchedAt: instantNow(now), exact: (...path) => exact(path) });
  };
  const readPage: ReadFlexPage = async (query, expansion, call) => {
    const answer = await client.list({ ...query, ...expandParameters(expansion) }, call);
    if (!answer) return null;
    const envelope = flexListEnvelope.safeParse(answer.body);
    if (!envelope.success) throw badResponse('FLEX', '{checkout_sessions: […]}');
    return envelope.data.checkout_sessions.map((raw, index) =>
      read(raw, '{checkout_sessions: […]} with an id in each', (path) =>
        exactJson(answer.text, ['checkout_sessions', index, ...path]),
      ),
    );
  };
  return {
    name: 'FLEX',
    expands: { customer: true, paymentIntent: true },
    listing: { kind: 'PAGED', plan: (filter) => planLists(filter, readPage) },
    async getSession(providerId, expansion, call) {
      const answer = await client.get(providerId, expansion, call);
      if (!answer) return null;
      const envelope = flexSessionEnvelope.safeParse(answer.body);
      if (!envelope.success) throw badResponse('FLEX', '{checkout_session: …}');
      const session = read(envelope.data.checkout_session, '{checkout_session: …} with an id', (path) =>
        exactJson(answer.text, ['checkout_session', ...path]),
      );
      checkAnswered('FLEX', providerId, session.providerId);
      return session;
    },
    async getLineItems(providerId, call) {
      const answer = await client.lineItems(providerId, call);
      if (!answer) return null;
      const envelope = flexLineItemsEnvelope.safeParse(answer.body);
      if (!envelope.success) throw badResponse('FLEX', '{line_items: […]}');
      return envelope.data.line_items.map((raw) => {
        const wire = parseWire(flexLineItem, raw, report);
        if (!wire) throw badResponse('FLEX', '{line_items: […]} of objects');
        return toLineItem(wire);
      });
    },
  };
}
