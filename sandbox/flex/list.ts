import { DAY } from '../world.ts';
import { noSuchSession } from './errors.ts';
import type { ListQuery } from './query.ts';
import type { FlexSession, FlexStore } from './store.ts';

/** The creation time as far as an answer shows it: whole seconds, unless the sandbox was told otherwise. */
function shownMs(store: FlexStore, session: FlexSession): number {
  if (store.world.switches.flexTime !== 'seconds') return session.createdMs;
  return Math.floor(session.createdMs / 1000) * 1000;
}

const shownStatus = (session: FlexSession): unknown => session.patch?.set.status ?? session.status;

function hasDispute(session: FlexSession): boolean {
  const shown = session.patch?.set.disputes ?? session.disputes;
  return Array.isArray(shown) && shown.length > 0;
}

/** The filters that have to look at each session; undefined when there are none. */
function filterOf(query: ListQuery): ((session: FlexSession) => boolean) | undefined {
  const tests: ((session: FlexSession) => boolean)[] = [];
  const { status, paymentIntent, customer, subscription, clientReferenceId, hasDisputes } = query;
  const email = query.email?.toLowerCase();
  if (status !== undefined) tests.push((session) => shownStatus(session) === status);
  if (paymentIntent !== undefined) tests.push((session) => session.intent?.id === paymentIntent);
  if (customer !== undefined) tests.push((session) => session.customer?.id === customer);
  if (subscription !== undefined) tests.push((session) => session.subscription === subscription);
  if (clientReferenceId !== undefined) {
    tests.push((session) => session.given.client_reference_id === clientReferenceId);
  }
  if (email !== undefined) {
    tests.push((session) => (session.customer?.email ?? session.email)?.toLowerCase() === email);
  }
  if (hasDisputes) tests.push(hasDispute);
  return tests.length === 0 ? undefined : (session) => tests.every((test) => test(session));
}

/** The part of the oldest-first array, from low up to but not with high, that times and anchors leave. */
function rangeOf(store: FlexStore, query: ListQuery): { low: number; high: number } {
  const { records } = store;
  const from = (test: (ms: number) => boolean): number =>
    records.firstWhere((session) => test(shownMs(store, session)));
  const anchor = (id: string, param: string): number => {
    const session = records.get(id);
    if (session === undefined) throw noSuchSession(id, param);
    return records.positionOf(session);
  };
  const { gt, gte, lt, lte } = query.created;
  const lows = [0];
  const highs = [records.size];
  if (gt !== undefined) lows.push(from((ms) => ms > gt));
  if (gte !== undefined) lows.push(from((ms) => ms >= gte));
  if (lt !== undefined) highs.push(from((ms) => ms >= lt));
  if (lte !== undefined) highs.push(from((ms) => ms > lte));
  if (query.interval !== undefined) {
    const since = store.world.clock.now() - query.interval * DAY;
    lows.push(from((ms) => ms >= since));
  }
  if (query.startingAfter !== undefined) highs.push(anchor(query.startingAfter, 'starting_after'));
  if (query.endingBefore !== undefined) lows.push(anchor(query.endingBefore, 'ending_before') + 1);
  return { low: Math.max(...lows), high: Math.min(...highs) };
}

/**
 * One page, newest first. `starting_after` and `ending_before` start at the anchor and walk away from it, and `offset`
 * skips what comes first on that walk; with `ending_before` the page is then turned round, newest first again.
 * The anchor itself need not pass the filters.
 */
export function listPage(store: FlexStore, query: ListQuery): FlexSession[] {
  const { low, high } = rangeOf(store, query);
  const sessions = store.records.oldestFirst();
  const matches = filterOf(query);
  const upwards = query.endingBefore !== undefined;
  const step = upwards ? 1 : -1;
  let at = upwards ? low : high - 1;
  let skip = query.offset;
  if (matches === undefined) {
    at += step * skip;
    skip = 0;
  }
  const page: FlexSession[] = [];
  for (; at >= low && at < high && page.length < query.limit; at += step) {
    const session = sessions[at];
    if (session === undefined || (matches !== undefined && !matches(session))) continue;
    if (skip > 0) skip -= 1;
    else page.push(session);
  }
  return upwards ? page.reverse() : page;
}
