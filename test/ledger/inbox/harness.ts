import type { Inbox, NewEvent } from '../../../src/ledger/inbox.ts';
import type { Ledger, LedgerAccounts } from '../../../src/ledger/ledger.ts';
import type { ToldStates } from '../../../src/ledger/told-states.ts';
import { ACCOUNTS, type Clock, createClock, type OpenOptions } from '../operations/harness.ts';

/** What a gateway has of a store. */
export type Opened = Pick<Ledger, 'inbox' | 'toldStates' | 'close'>;

/** Makes a store that holds nothing yet, and gives what opens it: several times over when it can be shared. */
export type FreshStore = () => (options: OpenOptions) => Promise<Opened>;

/** A store of its own, with a clock that stands still until it is told otherwise. */
async function withStore(fresh: FreshStore, use: (opened: Opened, clock: Clock) => Promise<void>): Promise<void> {
  const clock = createClock();
  const opened = await fresh()({ accounts: ACCOUNTS, now: clock.now });
  await use(opened, clock).finally(opened.close);
}

export const withInbox = (fresh: FreshStore, use: (inbox: Inbox, clock: Clock) => Promise<void>): Promise<void> =>
  withStore(fresh, ({ inbox }, clock) => use(inbox, clock));

export const withToldStates = (
  fresh: FreshStore,
  use: (toldStates: ToldStates, clock: Clock) => Promise<void>,
): Promise<void> => withStore(fresh, ({ toldStates }, clock) => use(toldStates, clock));

/** Two gateways with the same data. */
export async function withTwo(
  fresh: FreshStore,
  use: (one: Opened, two: Opened, clock: Clock) => Promise<void>,
  [first, second]: readonly [LedgerAccounts, LedgerAccounts] = [ACCOUNTS, ACCOUNTS],
): Promise<void> {
  const clock = createClock();
  const open = fresh();
  const one = await open({ accounts: first, now: clock.now });
  const two = await open({ accounts: second, now: clock.now });
  await use(one, two, clock).finally(() => Promise.all([one.close(), two.close()]));
}

export const SUBJECT = '{"is":"SESSION","providerId":"cs_1","shown":null}';

export const newEvent = (values: Partial<NewEvent> = {}): NewEvent => ({
  provider: 'FLEXPRICE',
  eventId: 'evt_1',
  subject: SUBJECT,
  ...values,
});

export const idsOf = (events: readonly { eventId: string }[]): string[] => events.map(({ eventId }) => eventId);
