import { exactJson } from '../../checkout/metadata.ts';
import type { CheckoutSession, FlexLineItem } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse } from '../bad-response.ts';
import { parseWire } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { toLineItem } from './details.ts';
import { toSession } from './mapping.ts';
import { flexLineItem, flexLineItemsEnvelope, flexListEnvelope, flexSession, flexSessionEnvelope } from './wire.ts';

/** Answers of Flex as ours. All throw GatewayError UPSTREAM_BAD_RESPONSE for what is none. */
export type FlexReaders = {
  /** `{checkout_session}`; of a change the error says that it may have happened. */
  session(answer: UpstreamAnswer, kind: 'read' | 'change'): CheckoutSession;
  /** `{checkout_sessions}` */
  page(answer: UpstreamAnswer): CheckoutSession[];
  /** `{line_items}` */
  lineItems(answer: UpstreamAnswer): FlexLineItem[];
};

export function createFlexReaders({ log, now }: Pick<ProviderOptions, 'log' | 'now'>): FlexReaders {
  const report = logOddValues('FLEX', log);
  const read = (raw: unknown, exact: (path: string[]) => unknown): CheckoutSession | null => {
    const wire = parseWire(flexSession, raw, report);
    return wire && toSession(wire, { fetchedAt: instantNow(now), exact: (...path) => exact(path) });
  };
  return {
    session({ body, text }, kind) {
      const options = { mayHaveHappened: kind === 'change' };
      const envelope = flexSessionEnvelope.safeParse(body);
      if (!envelope.success) throw badResponse('FLEX', '{checkout_session: …}', options);
      const exact = (path: string[]) => exactJson(text, ['checkout_session', ...path]);
      const session = read(envelope.data.checkout_session, exact);
      if (!session) throw badResponse('FLEX', '{checkout_session: …} with an id', options);
      return session;
    },
    page({ body, text }) {
      const envelope = flexListEnvelope.safeParse(body);
      if (!envelope.success) throw badResponse('FLEX', '{checkout_sessions: […]}');
      return envelope.data.checkout_sessions.map((raw, index) => {
        const session = read(raw, (path) => exactJson(text, ['checkout_sessions', index, ...path]));
        if (!session) throw badResponse('FLEX', '{checkout_sessions: […]} with an id in each');
        return session;
      });
    },
    lineItems({ body }) {
      const envelope = flexLineItemsEnvelope.safeParse(body);
      if (!envelope.success) throw badResponse('FLEX', '{line_items: […]}');
      return envelope.data.line_items.map((raw) => {
        const wire = parseWire(flexLineItem, raw, report);
        if (!wire) throw badResponse('FLEX', '{line_items: […]} of objects');
        return toLineItem(wire);
      });
    },
  };
}
