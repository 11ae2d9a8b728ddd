import type { CallContext, Provider } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { instantNow } from '../../checkout/time.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse, checkAnswered, rejected } from '../bad-response.ts';
import { parseWire, parseWireList } from '../parse-wire.ts';
import { logOddValues, type ProviderOptions } from '../provider-options.ts';
import { createMeteroidChanges } from './changes.ts';
import { createMeteroidClient } from './client.ts';
import { planList, type ReadMeteroidList } from './listing.ts';
import { toSession } from './mapping.ts';
import { createMeteroidWebhook } from './webhook.ts';
import { meteroidListEnvelope, meteroidSession, meteroidSessionEnvelope } from './wire.ts';

// What its list answers for what is no id of a customer.
const UNKNOWN_CUSTOMER: ReadonlySet<number> = new Set([400, 404, 422]);

/** Meteroid: subscriptions sold through a hosted checkout. Its list comes whole, without pages. */
export function createMeteroid({ upstream, log, now }: ProviderOptions): Provider {
  const client = createMeteroidClient(upstream);
  const report = logOddValues('METEROID', log);
  const readOne = ({ body }: UpstreamAnswer, mayHaveHappened: boolean): CheckoutSession => {
    const envelope = meteroidSessionEnvelope.safeParse(body);
    if (!envelope.success) throw badResponse('METEROID', '{session: …}', { mayHaveHappened });
    const wire = parseWire(meteroidSession, envelope.data.session, report);
    if (!wire) throw badResponse('METEROID', '{session: …} with an id', { mayHaveHappened });
    return toSession(wire, { fetchedAt: instantNow(now) });
  };
  const readList = ({ status, body }: UpstreamAnswer): CheckoutSession[] => {
    if (status >= 400) throw rejected('METEROID', status);
    const envelope = meteroidListEnvelope.safeParse(body);
    if (!envelope.success) throw badResponse('METEROID', '{sessions: […]}');
    const wires = parseWireList(meteroidSession, envelope.data.sessions, report);
    if (!wires) throw badResponse('METEROID', '{sessions: […]} with an id in each');
    return wires.map((wire) => toSession(wire, { fetchedAt: instantNow(now) }));
  };
  const readAll: ReadMeteroidList = async (query, call) => readList(await client.list(query, call));
  const readOf = async (customerId: string, call: CallContext): Promise<CheckoutSession[] | null> => {
    const answer = await client.list({ customer_id: customerId }, call);
    return UNKNOWN_CUSTOMER.has(answer.status) ? null : readList(answer);
  };
  const getSession = async (providerId: string, call: CallContext): Promise<CheckoutSession | null> => {
    const answer = await client.get(providerId, call);
    if (!answer) return null;
    const session = readOne(answer, false);
    checkAnswered('METEROID', providerId, session.providerId);
    return session;
  };
  return {
    name: 'METEROID',
    listing: { kind: 'WHOLE', plan: (filter) => planList(filter, readAll) },
    getSession: (providerId, _expansion, call) => getSession(providerId, call),
    changes: createMeteroidChanges({
      client,
      readChanged: (answer) => readOne(answer, true),
      readAll: (call) => readAll({}, call),
      readOf,
      getSession,
      now,
    }),
    webhook: createMeteroidWebhook(readOf),
  };
}
