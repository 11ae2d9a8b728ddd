import { endOfKept, removeOld } from './kept.ts';
import type { Statements } from './statements.ts';

const CLAIM = `INSERT INTO claim (account, provider_id, operation, claimed_at) VALUES (:account, :providerId, :id, :now)
  ON CONFLICT (account, provider_id) DO UPDATE SET operation = excluded.operation, claimed_at = excluded.claimed_at
  WHERE claimed_at <= :end`;

const HOLDER = `SELECT operation FROM claim
  WHERE account = :account AND provider_id = :providerId AND claimed_at > :end`;

/** A session, by the number of its account. */
type Claimed = { account: number; providerId: string };

/** The operation that a session is known to come from. */
export function holderOf(statement: Statements, claimed: Claimed, now: number): string | null {
  const row = statement(HOLDER).get({ ...claimed, end: endOfKept(now) });
  return row ? String(row.operation) : null;
}

/** Has the operation hold the session, unless another does. */
export function claim(statement: Statements, claimed: Claimed, id: string, now: number): boolean {
  removeOld(statement, now);
  statement(CLAIM).run({ ...claimed, id, now, end: endOfKept(now) });
  return holderOf(statement, claimed, now) === id;
}
