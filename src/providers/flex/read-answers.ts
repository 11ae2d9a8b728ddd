import { elementTexts } from '../../checkout/json-slice.ts';
import { exactJson } from '../../checkout/metadata.ts';
import type { CheckoutSession, FlexLineItem } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse } from '../bad-response.ts';
import { parseWire, parseWireList } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { toLineItem } from './details.ts';
import { toSession } from './mapping.ts';
import {
  type FlexSession,
  flexLineItem,
  flexLineItemsEnvelope,
  flexListEnvelope,
  flexSession,
  flexSessionEnvelope,
} from './wire.ts';

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
  const toOurs = (wire: FlexSession, exact: (path: string[]) => unknown): CheckoutSession =>
    toSession(wire, { fetchedAt: instantNow(now), exact: (...path) => exact(path) });
  return {
    session({ body, text }, kind) {
      const options = { mayHaveHappened: kind === 'change' };
      const envelope = flexSessionEnvelope.safeParse(body);
      if (!envelope.success) throw badResponse('FLEX', '{checkout_session: …}', options);
      const wire = parseWire(flexSession, envelope.data.checkout_session, report);
      if (!wire) throw badResponse('FLEX', '{checkout_session: …} with an id', options);
      return toOurs(wire, (path) => exactJson(text, ['checkout_session', ...path]));
    },
    page({ body, text }) {
      const envelope = flexListEnvelope.safeParse(body);
      if (!envelope.success) throw badResponse('FLEX', '{checkout_sessions: […]}');
      const wires = parseWireList(flexSession, envelope.data.checkout_sessions, report);
      if (!wires) throw badResponse('FLEX', '{checkout_sessions: […]} with an id in each');
      const texts = elementTexts(text, ['checkout_sessions']);
      return wires.map((wire, index) => toOurs(wire, (path) => exactJson(texts(index), path)));
    },
    lineItems({ body }) {
      const envelope = flexLineItemsEnvelope.safeParse(body);
      if (!envelope.success) throw badResponse('FLEX', '{line_items: […]}');
      const wires = parseWireList(flexLineItem, envelope.data.line_items, report);
      if (!wires) throw badResponse('FLEX', '{line_items: […]} of objects');
      return wires.map(toLineItem);
    },
  };
}
