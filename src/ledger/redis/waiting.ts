import type { ProviderName } from '../../checkout/provider-name.ts';
import type { Caller } from './caller.ts';
import { accountText, PARTS, waitingKey } from './key-names.ts';

/** An event that was seen to wait. */
export type Waiting = { provider: ProviderName; member: string };

const AT_ONCE = 1000;
const TIME_LENGTH = 15;

/** The event's name, of a member as `inbox-scripts.ts` makes it. */
export const nameIn = (member: string): string => member.slice(TIME_LENGTH);

/** All events of the ledger's accounts that may be taken, the oldest first. It takes no lease. */
export async function lookForWaiting(caller: Caller, task: string, now: number): Promise<Waiting[]> {
  const found = await Promise.all(
    caller.accounts.flatMap(({ provider, account }) =>
      PARTS.map(async (part) => {
        const members = await lookIn(waitingKey(accountText(provider, account), part), { caller, task, now });
        return members.map((member) => ({ provider, member }));
      }),
    ),
  );
  return found.flat().sort((a, b) => (a.member < b.member ? -1 : 1));
}

type Look = { caller: Caller; task: string; now: number };

async function lookIn(key: string, { caller, task, now }: Look): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    // The cast holds because the script gives nothing else.
    const some = (await caller.call(task, 'ledgerLookForEvents', [key], [now, found.length, AT_ONCE])) as Buffer[];
    found.push(...some.map(String));
    if (some.length < AT_ONCE) return found;
  }
}
