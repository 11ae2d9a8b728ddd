import type { ProviderName } from '../../checkout/provider-name.ts';
import { EVENT_MS, type EventLease, type Inbox, type InboxEvent } from '../inbox.ts';
import { LedgerError } from '../ledger.ts';
import type { Caller } from './caller.ts';
import { accountText, eventName, inboxKeys } from './key-names.ts';
import { lookForWaiting, nameIn, type Waiting } from './waiting.ts';

/** What is told of an event to a script: its keys, and the arguments that all scripts begin with. */
type Told = { keys: readonly string[]; first: readonly (string | number)[] };

/**
 * The inbox in Redis. Whether a lease has run out is told by the gateways' own clocks, which have to agree to within a
 * fraction of the leases.
 */
export function createRedisInbox(caller: Caller, now: () => number): Inbox {
  const end = (ms: number): number => Math.ceil(now() + ms);
  const keysOf = (provider: ProviderName, name: string) =>
    inboxKeys(accountText(provider, caller.accountOf(provider)), name);
  const toldOf = (provider: ProviderName, eventId: string): Told => {
    const name = eventName(eventId);
    return { keys: keysOf(provider, name), first: [Math.floor(now()), EVENT_MS, name] };
  };

  const takeOne = async ({ provider, member }: Waiting, { owner, ms }: EventLease): Promise<InboxEvent | null> => {
    const args = [Math.floor(now()), EVENT_MS, member, owner, end(ms)];
    const keys = keysOf(provider, nameIn(member));
    // The cast holds because the script gives nothing else.
    const reply = (await caller.call('take events', 'ledgerTakeEvent', keys, args)) as Buffer[];
    const [eventId, subject, receivedAt, attempts] = reply.map(String);
    if (eventId === undefined || subject === undefined) return null;
    return { provider, eventId, subject, receivedAt: Number(receivedAt), attempts: Number(attempts) };
  };

  return {
    async record({ provider, eventId, subject }, { owner, ms }) {
      const { keys, first } = toldOf(provider, eventId);
      const args = subject === null ? first : [...first, owner, end(ms), eventId, subject];
      return (await caller.call('record an event', 'ledgerRecord', keys, args)) === 1;
    },
    async take(lease, limit) {
      if (limit <= 0) return [];
      const waiting = await lookForWaiting(caller, 'take events', Math.floor(now()));
      return takeInTurn(waiting, limit, (each) => takeOne(each, lease));
    },
    async finish(provider, eventId, owner) {
      const { keys, first } = toldOf(provider, eventId);
      return (await caller.call('finish an event', 'ledgerFinishEvent', keys, [...first, owner])) === 1;
    },
    async postpone(provider, eventId, owner, ms) {
      const { keys, first } = toldOf(provider, eventId);
      return (await caller.call('postpone an event', 'ledgerPostponeEvent', keys, [...first, owner, end(ms)])) === 1;
    },
  };
}

async function takeInTurn(
  waiting: readonly Waiting[],
  limit: number,
  takeOne: (each: Waiting) => Promise<InboxEvent | null>,
): Promise<InboxEvent[]> {
  const taken: InboxEvent[] = [];
  for (const each of waiting) {
    if (taken.length >= limit) break;
    try {
      const event = await takeOne(each);
      if (event) taken.push(event);
    } catch (error) {
      // Those that were taken are not to lie about until their lease ends.
      if (taken.length === 0 || !(error instanceof LedgerError)) throw error;
      break;
    }
  }
  return taken;
}
