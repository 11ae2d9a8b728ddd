import { EVENT_MS } from '../inbox.ts';
import { TOLD_MS } from '../told-states.ts';
import type { Statements } from './statements.ts';

/** More than one event adds, so that what is old becomes less; few enough for nobody to wait for it. */
const REMOVED_AT_ONCE = 50;

const IS_ANY_OLD = `SELECT 1 WHERE EXISTS (SELECT 1 FROM inbox_event WHERE received_at <= :endOfEvents)
  OR EXISTS (SELECT 1 FROM told_state WHERE told_at <= :endOfTold)`;

const REMOVE_EVENTS = `DELETE FROM inbox_event WHERE rowid IN (SELECT rowid FROM inbox_event
  INDEXED BY inbox_event_by_time WHERE received_at <= :end ORDER BY received_at LIMIT :most)`;

const REMOVE_TOLD = `DELETE FROM told_state WHERE rowid IN (SELECT rowid FROM told_state
  INDEXED BY told_state_by_time WHERE told_at <= :end ORDER BY told_at LIMIT :most)`;

/** An event received at this moment, or before it, counts as not there. */
export const endOfEvents = (now: number): number => now - EVENT_MS;

/** A state told at this moment, or before it, counts as not there. */
export const endOfTold = (now: number): number => now - TOLD_MS;

export const isAnyNewsOld = (statement: Statements, now: number): boolean =>
  statement(IS_ANY_OLD).get({ endOfEvents: endOfEvents(now), endOfTold: endOfTold(now) }) !== undefined;

/** Removes some of what counts as not there, of events and of states that were told: either may come no more. */
export function removeOldNews(statement: Statements, now: number): void {
  statement(REMOVE_EVENTS).run({ end: endOfEvents(now), most: REMOVED_AT_ONCE });
  statement(REMOVE_TOLD).run({ end: endOfTold(now), most: REMOVED_AT_ONCE });
}
