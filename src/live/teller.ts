import type { CheckoutSession } from '../checkout/session.ts';
import type { SessionStatus } from '../checkout/status.ts';
import { isBehind, newest, type SessionVersion, versionOf } from '../checkout/version.ts';
import type { ToldStates } from '../ledger/told-states.ts';
import type { Broker, ChangeNotice, ChangeTrigger } from './broker.ts';
import { contentOf } from './content.ts';

/** Tells subscribers of sessions what is new about them, once, whoever finds out and however often. */
export type Teller = {
  /**
   * The provider shows a session like this: subscribers are told if that is news. What is older than what was told is not.
   * @param before the status that it was seen in before, for when none was told
   * @throws LedgerError, or RedisAway when other replicas may not have been told; telling it again then tells them
   */
  tell(session: CheckoutSession, trigger: ChangeTrigger, before?: SessionStatus): Promise<void>;
  /** The same for one that may not have changed at all: where nothing was told before, it is no news. */
  tellIfKnown(session: CheckoutSession, trigger: ChangeTrigger): Promise<void>;
  /** A subscriber was shown a session like this, so that it is known what a change changes. Tells nobody. */
  shown(session: CheckoutSession): Promise<void>;
};

/** What stands in the ledger. */
type State = {
  status: SessionStatus;
  version: SessionVersion;
  content: string;
  /** What has still to be told: whoever wrote this may have died before. */
  untold?: Pick<ChangeNotice, 'previousStatus' | 'trigger' | 'at'>;
};

type TellerOptions = {
  states: ToldStates;
  broker: Broker;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Null for what is none: it is written anew. */
function readState(text: string): State | null {
  try {
    const state = JSON.parse(text) as State | null;
    return typeof state?.content === 'string' && typeof state.version?.stage === 'number' ? state : null;
  } catch {
    return null;
  }
}

/** Times that others may be faster in writing a state. */
const MOST_TRIES = 20;

export function createTeller({ states, broker, now }: TellerOptions): Teller {
  /** Writes the state that follows from what stands there, or leaves it for null; gives what stands there then. */
  async function advance(
    session: CheckoutSession,
    next: (known: State | null) => State | null,
  ): Promise<{ state: State; text: string } | null> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const told = await states.read(session);
      const known = told && readState(told.text);
      const state = next(known);
      if (state === null) return known && told && { state: known, text: told.text };
      const text = JSON.stringify(state);
      if (await states.replace(session, text, told?.revision ?? null)) return { state, text };
    }
    throw new Error('Others are writing the state of a session all the time.');
  }
  async function tell(session: CheckoutSession, next: (known: State | null) => State | null): Promise<void> {
    const advanced = await advance(session, next);
    if (!advanced?.state.untold) return;
    const { untold, ...told } = advanced.state;
    await broker.publish({ provider: session.provider, providerId: session.providerId, ...untold });
    // Should another have written meanwhile, that one tells on.
    const current = await states.read(session);
    if (current?.text === advanced.text) await states.replace(session, JSON.stringify(told), current.revision);
  }
  /** What follows from how a session is shown now. */
  function follow(session: CheckoutSession, trigger: ChangeTrigger, before?: SessionStatus) {
    const version = versionOf(session);
    const content = contentOf(session);
    return (known: State | null): State | null => {
      if (known && (known.content === content || isBehind(version, known.version))) return null;
      // Should the one before not have been told, nobody knows of its status.
      const previousStatus = known?.untold ? known.untold.previousStatus : (known?.status ?? before ?? null);
      const untold = { previousStatus, trigger, at: now() };
      return { status: session.status, version: known ? newest(version, known.version) : version, content, untold };
    };
  }
  return {
    tell: (session, trigger, before) => tell(session, follow(session, trigger, before)),
    tellIfKnown(session, trigger) {
      const next = follow(session, trigger);
      return tell(session, (known) => known && next(known));
    },
    async shown(session) {
      await advance(session, (known) =>
        known ? null : { status: session.status, version: versionOf(session), content: contentOf(session) },
      );
    },
  };
}
