import { OPERATION_MS } from '../operations.ts';
import type { Statements } from './statements.ts';

/** More than one change adds, so that what is old becomes less; few enough for nobody to wait for it. */
const REMOVED_AT_ONCE = 50;

const IS_ANY_OLD = `SELECT 1 WHERE EXISTS (SELECT 1 FROM operation WHERE started_at <= :end)
  OR EXISTS (SELECT 1 FROM claim WHERE claimed_at <= :end)`;

const REMOVE_OPERATIONS = `DELETE FROM operation WHERE rowid IN
  (SELECT rowid FROM operation INDEXED BY operation_by_time WHERE started_at <= :end ORDER BY started_at LIMIT :most)`;

const REMOVE_CLAIMS = `DELETE FROM claim WHERE rowid IN
  (SELECT rowid FROM claim INDEXED BY claim_by_time WHERE claimed_at <= :end ORDER BY claimed_at LIMIT :most)`;

/** What was begun or claimed at this moment, or before it, counts as not there. */
export const endOfKept = (now: number): number => now - OPERATION_MS;

export const isAnyOld = (statement: Statements, now: number): boolean =>
  statement(IS_ANY_OLD).get({ end: endOfKept(now) }) !== undefined;

/** Removes some of what counts as not there. */
export function removeOld(statement: Statements, now: number): void {
  const parameters = { end: endOfKept(now), most: REMOVED_AT_ONCE };
  statement(REMOVE_OPERATIONS).run(parameters);
  statement(REMOVE_CLAIMS).run(parameters);
}
