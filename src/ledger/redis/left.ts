import type { Caller } from './caller.ts';
import { accountText, DIGEST_LENGTH, leftKey, PARTS } from './key-names.ts';

/** An operation that was seen to be left. */
export type Left = { part: number; id: string; member: string };

const START_LENGTH = 15;

/** What stands for the account of an operation. */
export const accountOf = ({ member }: Left): string => member.slice(START_LENGTH, START_LENGTH + DIGEST_LENGTH);

/** How an operation stands among those that are unfinished. */
export const memberOf = (startedAt: number, account: string, id: string): string =>
  `${String(startedAt).padStart(START_LENGTH, '0')}${account}${id}`;

const AT_ONCE = 1000;

/** All operations of the ledger's accounts whose lease is over, the oldest first. It takes no lease. */
export async function lookForLeft(caller: Caller, task: string, now: number): Promise<Left[]> {
  const accounts = new Set(caller.accounts.map(({ provider, account }) => accountText(provider, account)));
  const isOwn = (one: Left) => accounts.has(accountOf(one));
  const left = await Promise.all(PARTS.map((part) => lookIn(part, { caller, task, now })));
  return left
    .flat()
    .filter(isOwn)
    .sort((a, b) => (a.member < b.member ? -1 : 1));
}

type Look = { caller: Caller; task: string; now: number };

async function lookIn(part: number, { caller, task, now }: Look): Promise<Left[]> {
  const left: Left[] = [];
  for (;;) {
    // The cast holds because the script gives nothing else.
    const members = (await caller.call(task, 'ledgerLook', [leftKey(part)], [now, left.length, AT_ONCE])) as Buffer[];
    for (const bytes of members) {
      const member = bytes.toString();
      left.push({ part, id: member.slice(START_LENGTH + DIGEST_LENGTH), member });
    }
    if (members.length < AT_ONCE) return left;
  }
}
