import type { ChangeAnswer, ChangeHandlers, Finding, Unanswered } from '../../checkout/change.ts';
import type { CallContext } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { isPayable } from '../../checkout/status.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { checkAnswered, rejected } from '../bad-response.ts';
import { newSessionOf } from '../new-session.ts';
import { refused, SESSION_ID } from '../user-error.ts';
import type { MeteroidClient } from './client.ts';
import { createBody } from './create-body.ts';
import { findCreated, type Sources } from './find-created.ts';
import { createRefusal } from './refusal.ts';

type Options = Sources & {
  client: MeteroidClient;
  /** The session in the answer to a change. @throws GatewayError whose `mayHaveHappened` is true */
  readChanged: (answer: UpstreamAnswer) => CheckoutSession;
  getSession: (providerId: string, call: CallContext) => Promise<CheckoutSession | null>;
};

type Target = { providerId: string };

/** How long after it was sent a cancel can still come into effect. */
const CANCELED_WITHIN_MS = 30_000;

/** What its cancel answers when it will not, or there is no such session. */
const WILL_NOT: ReadonlySet<number> = new Set([400, 404, 409]);

/** What Meteroid can do to sessions. It knows no idempotency of any kind. */
export function createMeteroidChanges(options: Options): ChangeHandlers {
  const { client, readChanged } = options;
  return {
    CREATE: {
      // Every create makes a session.
      resendWithinMs: 0,
      async send(change, _key, call) {
        const answer = await client.create(createBody(newSessionOf(change, 'METEROID')), call);
        if (answer.status >= 400) return createRefusal(answer);
        const session = readChanged(answer);
        return { is: 'DONE', providerId: session.providerId, session };
      },
      find: (change, unanswered, call) => findCreated(newSessionOf(change, 'METEROID'), unanswered, call, options),
    },
    CANCEL: {
      // A session stays canceled, and one that is canceled already counts as done: more often is as good as once.
      resendWithinMs: Number.POSITIVE_INFINITY,
      async send({ providerId }: Target, _key, call) {
        const answer = await client.cancel(providerId, call);
        if (WILL_NOT.has(answer.status)) return notCanceled(options, providerId, call);
        if (answer.status >= 400) throw rejected('METEROID', answer.status);
        const session = readChanged(answer);
        checkAnswered('METEROID', providerId, session.providerId, { mayHaveHappened: true });
        return { is: 'DONE', providerId, session };
      },
      find: ({ providerId }: Target, unanswered, call) => findCanceled(options, providerId, unanswered, call),
    },
  };
}

/** A cancel is refused in the same way whatever the reason: only the session itself can tell. */
async function notCanceled({ getSession }: Options, providerId: string, call: CallContext): Promise<ChangeAnswer> {
  const session = await getSession(providerId, call);
  if (!session) return refused('NOT_FOUND', SESSION_ID);
  if (session.status === 'CANCELED') return { is: 'DONE', providerId, session };
  return refused('INVALID_STATE', SESSION_ID);
}

async function findCanceled(
  { getSession, now }: Options,
  providerId: string,
  { sentAt }: Unanswered,
  call: CallContext,
): Promise<Finding> {
  // Before the session is read: it may be canceled while the answer is on its way.
  const isOver = now() > sentAt + CANCELED_WITHIN_MS;
  const session = await getSession(providerId, call);
  if (session?.status === 'CANCELED') return { is: 'DONE', providerId, session };
  const canStillBe = session !== null && (isPayable(session.status) || session.status === 'UNKNOWN');
  return { is: canStillBe && !isOver ? 'UNKNOWN' : 'NOT_DONE' };
}
