import { setTimeout as sleep } from 'node:timers/promises';
import { type CallContext, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { EventSubject } from '../checkout/provider-event.ts';
import { isBehind, versionOf } from '../checkout/version.ts';
import type { SessionIndex } from '../ledger/session-index.ts';
import type { Reading } from '../reading/index.ts';
import type { SharedReads } from '../reading/shared-reads.ts';
import type { Teller } from './teller.ts';

/** What the gateway does about an event. */
export type ApplyEvent = (
  provider: Provider,
  subject: EventSubject,
  call: CallContext,
  /** Whether it is not tried again: what the provider shows is taken for the truth, whatever its event says. */
  isLast: boolean,
) => Promise<Applied>;

/** LATER: the provider does not show yet what its own event says, or could not be asked. */
export type Applied = 'APPLIED' | 'LATER';

type ApplyOptions = {
  reads: SharedReads;
  /** For one event. */
  createReading(call: CallContext): Reading;
  index: SessionIndex;
  teller: Teller;
};

/** Milliseconds after which a provider whose replicas are behind is asked again at once; after that others get their turn. */
const ASK_AGAIN_MS = 250;

/**
 * Has everything that keeps sessions know of an event. The event is a hint: what is shown afterwards is what the provider
 * answers, however old, doubled or out of order the event was.
 * @returns a function that throws GatewayError, LedgerError or RedisAway for what is to be tried again later
 */
export function createApplyEvent({ reads, createReading, index, teller }: ApplyOptions): ApplyEvent {
  async function refresh(
    provider: Provider,
    providerId: string,
    subject: EventSubject,
    call: CallContext,
    isLast: boolean,
  ) {
    const shown = subject.is === 'SESSION' ? subject.shown : null;
    await reads.forget({ provider: provider.name, providerId }, shown ?? undefined);
    const { value: session, failure } = await createReading(call).sessionRead(
      { provider: provider.name, providerId },
      NO_EXPANSION,
    );
    if (failure) throw failure;
    if (!session) return 'MISSING';
    if (provider.listing.kind === 'INDEXED') await index.learn(session);
    // In the end the provider is right, whatever its event said.
    if (!isLast && shown && isBehind(versionOf(session), shown)) return 'BEHIND';
    // Of a customer's sessions most have not changed; one of which nobody was told is left to who looks at the list.
    await (subject.is === 'CUSTOMER' ? teller.tellIfKnown(session, 'WEBHOOK') : teller.tell(session, 'WEBHOOK'));
    return 'APPLIED';
  }
  async function once(provider: Provider, subject: EventSubject, call: CallContext, isLast: boolean) {
    const ids = subject.is === 'SESSION' ? [subject.providerId] : await idsOf(provider, subject, call);
    return Promise.all(ids.map((id) => refresh(provider, id, subject, call, isLast)));
  }
  return async (provider, subject, call, isLast) => {
    let seen = await once(provider, subject, call, isLast);
    if (seen.includes('BEHIND')) {
      await sleep(ASK_AGAIN_MS);
      seen = await once(provider, subject, call, isLast);
    }
    return seen.every((each) => each === 'APPLIED') ? 'APPLIED' : 'LATER';
  };
}

const idsOf = async (provider: Provider, subject: EventSubject, call: CallContext): Promise<string[]> =>
  (await provider.webhook?.sessionsOf(subject, call)) ?? [];
