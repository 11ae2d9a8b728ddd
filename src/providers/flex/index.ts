import { exactJson } from '../../checkout/metadata.ts';
import { NO_EXPANSION, type Provider } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse, checkAnswered } from '../bad-response.ts';
import { parseWire } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { createFlexChanges } from './changes.ts';
import { createFlexClient, expandParameters } from './client.ts';
import { toLineItem } from './details.ts';
import { planLists, type ReadFlexPage } from './listing.ts';
import { toSession } from './mapping.ts';
import { flexLineItem, flexLineItemsEnvelope, flexListEnvelope, flexSession, flexSessionEnvelope } from './wire.ts';

/** Flex: payments out of health savings and spending accounts. It expands on request and pages its list. */
export function createFlex({ upstream, log, now }: ProviderOptions): Provider {
  const client = createFlexClient(upstream);
  const report = logOddValues('FLEX', log);
  const read = (
    raw: unknown,
    expected: string,
    { exact, mayHaveHappened = false }: { exact: (path: string[]) => unknown; mayHaveHappened?: boolean },
  ): CheckoutSession => {
    const wire = parseWire(flexSession, raw, report);
    if (!wire) throw badResponse('FLEX', expected, { mayHaveHappened });
    return toSession(wire, { fetchedAt: instantNow(now), exact: (...path) => exact(path) });
  };
  const readOne = ({ body, text }: UpstreamAnswer, mayHaveHappened: boolean): CheckoutSession => {
    const envelope = flexSessionEnvelope.safeParse(body);
    if (!envelope.success) throw badResponse('FLEX', '{checkout_session: …}', { mayHaveHappened });
    return read(envelope.data.checkout_session, '{checkout_session: …} with an id', {
      exact: (path) => exactJson(text, ['checkout_session', ...path]),
      mayHaveHappened,
    });
  };
  const readPage: ReadFlexPage = async (query, expansion, call) => {
    const answer = await client.list({ ...query, ...expandParameters(expansion) }, call);
    if (!answer) return null;
    const envelope = flexListEnvelope.safeParse(answer.body);
    if (!envelope.success) throw badResponse('FLEX', '{checkout_sessions: […]}');
    return envelope.data.checkout_sessions.map((raw, index) =>
      read(raw, '{checkout_sessions: […]} with an id in each', {
        exact: (path) => exactJson(answer.text, ['checkout_sessions', index, ...path]),
      }),
    );
  };
  const getSession: Provider['getSession'] = async (providerId, expansion, call) => {
    const answer = await client.get(providerId, expansion, call);
    if (!answer) return null;
    const session = readOne(answer, false);
    checkAnswered('FLEX', providerId, session.providerId);
    return session;
  };
  return {
    name: 'FLEX',
    expands: { customer: true, paymentIntent: true },
    listing: { kind: 'PAGED', plan: (filter) => planLists(filter, readPage) },
    getSession,
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
    changes: createFlexChanges({
      client,
      readChanged: (answer) => readOne(answer, true),
      getSession: (providerId, call) => getSession(providerId, NO_EXPANSION, call),
      log,
    }),
  };
}
