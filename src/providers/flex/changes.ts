import type { ChangeAnswer, ChangeHandlers } from '../../checkout/change.ts';
import type { CallContext } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import type { Log } from '../../telemetry/log.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { checkAnswered } from '../bad-response.ts';
import { newSessionOf } from '../new-session.ts';
import { SESSION_ID, WHOLE_INPUT } from '../user-error.ts';
import { captureBody, confirmBody, refundBody } from './action-bodies.ts';
import type { FlexChange, FlexClient, FlexVerb } from './client.ts';
import { createBody } from './create-body.ts';
import { CAPTURE_NAMES, CONFIRM_NAMES, CREATE_NAMES, type InputNames, REFUND_NAMES } from './input-path.ts';
import { type Asked, refusalOf } from './refusal.ts';

type Options = {
  client: FlexClient;
  /** The session in the answer to a change. @throws GatewayError whose `mayHaveHappened` is true */
  readChanged: (answer: UpstreamAnswer) => CheckoutSession;
  getSession: (providerId: string, call: CallContext) => Promise<CheckoutSession | null>;
  log: Log;
};

type Target = { providerId: string };

/**
 * Flex repeats what it answered to a key for a day. The last minutes of it are for clocks, and for requests under way:
 * a key that is forgotten on the way would be done again.
 */
const KEY_HOLDS_MS = (24 * 60 - 5) * 60_000;

const CREATE: Asked = { names: CREATE_NAMES, root: ['input', 'session', 'flex'], session: null };

/** What Flex can do to sessions. All of it may be sent again with its key, and is done once. */
export function createFlexChanges({ client, readChanged, getSession, log }: Options): ChangeHandlers {
  const act = async (
    verb: FlexVerb,
    { providerId, names, ...request }: Target & FlexChange & { names?: InputNames },
    call: CallContext,
  ): Promise<ChangeAnswer> => {
    const answer = await client.change(providerId, verb, request, call);
    if (answer.status >= 400) {
      return refusalOf(answer, { names: names ?? {}, root: WHOLE_INPUT, session: SESSION_ID }, log);
    }
    const session = readChanged(answer);
    checkAnswered('FLEX', providerId, session.providerId, { mayHaveHappened: true });
    return { is: 'DONE', providerId, session };
  };
  const resendWithinMs = KEY_HOLDS_MS;
  return {
    CREATE: {
      resendWithinMs,
      async send(change, key, call) {
        const answer = await client.create(createBody(newSessionOf(change, 'FLEX')), key, call);
        if (answer.status >= 400) return refusalOf(answer, CREATE, log);
        const session = readChanged(answer);
        return { is: 'DONE', providerId: session.providerId, session };
      },
    },
    CANCEL: {
      resendWithinMs,
      async send({ providerId }: Target, key, call) {
        const answer = await act('cancel', { providerId, key }, call);
        if (answer.is !== 'REFUSED' || answer.errors[0]?.code !== 'INVALID_STATE') return answer;
        // Canceling what is canceled already counts as done; Flex calls it a wrong state like any other.
        const session = await getSession(providerId, call);
        return session?.status === 'CANCELED' ? { is: 'DONE', providerId, session } : answer;
      },
    },
    CAPTURE: {
      resendWithinMs,
      send: (change, key, call) =>
        act('capture', { providerId: change.providerId, key, body: captureBody(change), names: CAPTURE_NAMES }, call),
    },
    REFUND: {
      resendWithinMs,
      send: (change, key, call) =>
        act('refund', { providerId: change.providerId, key, body: refundBody(change), names: REFUND_NAMES }, call),
    },
    CONFIRM: {
      resendWithinMs,
      send: (change, key, call) =>
        act('confirm', { providerId: change.providerId, key, body: confirmBody(change), names: CONFIRM_NAMES }, call),
    },
    REAUTHORIZE: {
      resendWithinMs,
      send: ({ providerId }: Target, key, call) => act('reauth', { providerId, key }, call),
    },
  };
}
