import type { ChangeHandlers } from '../../checkout/change.ts';
import { GatewayError } from '../../checkout/errors.ts';
import type { CallContext } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse } from '../bad-response.ts';
import { newSessionOf } from '../new-session.ts';
import type { FlexpriceClient } from './client.ts';
import { createBody } from './create-body.ts';
import { createRefusal, deleteRefusal } from './refusal.ts';

type Options = {
  client: FlexpriceClient;
  /** The session in the answer to a change. @throws GatewayError whose `mayHaveHappened` is true */
  readChanged: (answer: UpstreamAnswer) => CheckoutSession;
  getSession: (providerId: string, call: CallContext) => Promise<CheckoutSession | null>;
};

/**
 * A key is refused only while the session that has it is open, and is free again after: for as long as a session can
 * hardly be paid, failed or expired, a second create cannot make a second session.
 */
const KEY_HOLDS_MS = 10_000;

/** What Flexprice can do to sessions. It has no cancel: its delete puts the record away. */
export function createFlexpriceChanges({ client, readChanged, getSession }: Options): ChangeHandlers {
  const isArchived = async (providerId: string, call: CallContext): Promise<boolean> => {
    // One that cannot be read tells nothing.
    const session = await getSession(providerId, call).catch((error: unknown) => {
      if (error instanceof GatewayError) return null;
      throw error;
    });
    return session?.isArchived === true;
  };
  return {
    CREATE: {
      resendWithinMs: KEY_HOLDS_MS,
      async send(change, key, call) {
        const answer = await client.create(createBody(newSessionOf(change, 'FLEXPRICE'), key), call);
        if (answer.status >= 400) return createRefusal(answer);
        const session = readChanged(answer);
        return { is: 'DONE', providerId: session.providerId, session };
      },
    },
    DELETE: {
      // Archiving what is archived succeeds, and changes nothing.
      resendWithinMs: Number.POSITIVE_INFINITY,
      async send({ providerId }: { providerId: string }, _key, call) {
        const answer = await client.delete(providerId, call);
        if (answer.status >= 400) return deleteRefusal(answer);
        // Another answer comes from somebody on the way: then only the session itself can tell.
        if (answer.status !== 204 && !(await isArchived(providerId, call))) {
          throw badResponse('FLEXPRICE', '204 without a body', { mayHaveHappened: true });
        }
        return { is: 'DONE', providerId, session: null };
      },
    },
  };
}
