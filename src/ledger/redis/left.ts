import type { Caller } from './caller.ts';
import { accountText, DIGEST_LENGTH, leftKey, PARTS } from './key-names.ts';

/** An operation that was seen to be left, and when its last lease ended; 0 when nobody had it. */
export type Left = { part: number; id: string; member: string; leaseUntil: number };

const START_LENGTH = 15;

/** What stands for the account of an operation. */
export const accountOf = ({ member }: Left): string => member.slice(START_LENGTH, START_LENGTH + DIGEST_LENGTH);

/** How an operation stands among those that are unfinished. */
export const memberOf = (startedAt: number, account: string, id: string): string =>
  `${String(startedAt).padStart(START_LENGTH, '0')}${account}${id}`;

const AT_ONCE = 1000;

/**
 * All operations of the ledger's accounts whose lease is over, those that have waited longest for a look first. It takes no
 * lease.
 */
export async function lookForLeft(caller: Caller, task: string, now: number): Promise<Left[]> {
  const accounts = new Set(caller.accounts.map(({ provider, account }) => accountText(provider, account)));
  const isOwn = (one: Left) => accounts.has(accountOf(one));
  const left = await Promise.all(PARTS.map((part) => lookIn(part, { caller, task, now })));
  return left
    .flat()
    .filter(isOwn)
    .sort((a, b) => a.leaseUntil - b.leaseUntil || (a.member < b.member ? -1 : 1));
}

type Look = { caller: Caller; task: string; now: number };

async function lookIn(part: number, { caller, task, now }: Look): Promise<Left[]> {
  const left: Left[] = [];
  for (;;) {
    // The cast holds because the script gives nothing else.
    const flat = (await caller.call(task, 'ledgerLook', [leftKey(part)], [now, left.length, AT_ONCE])) as Buffer[];
    for (let at = 0; at < flat.length; at += 2) {
      const member = String(flat[at]);
      const leaseUntil = Number(String(flat[at + 1]));
      left.push({ part, id: member.slice(START_LENGTH + DIGEST_LENGTH), member, leaseUntil });
    }
    if (flat.length < 2 * AT_ONCE) return left;
  }
}
