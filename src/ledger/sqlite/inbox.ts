import type { SQLOutputValue } from 'node:sqlite';
import type { ProviderName } from '../../checkout/provider-name.ts';
import type { Inbox, InboxEvent } from '../inbox.ts';
import { endOfEvents, isAnyNewsOld, removeOldNews } from './kept-news.ts';
import { createPart, type PartOptions } from './part.ts';

type Row = Record<string, SQLOutputValue>;

/** The lease of what nobody has to apply. */
const NOTHING = { owner: null, until: null };

const KNOWN = 'SELECT 1 FROM inbox_event WHERE account = :account AND event_id = :eventId AND received_at > :end';

const RECORD = `INSERT INTO inbox_event (account, event_id, subject, received_at, attempts, lease_owner, due_at)
  VALUES (:account, :eventId, :subject, :now, 0, :owner, :until)
  ON CONFLICT (account, event_id) DO UPDATE SET subject = excluded.subject, received_at = excluded.received_at,
    attempts = excluded.attempts, lease_owner = excluded.lease_owner, due_at = excluded.due_at
  WHERE received_at <= :end`;

const WAITING = `SELECT rowid AS row FROM inbox_event INDEXED BY inbox_event_waiting
  WHERE received_at > :end AND due_at <= :now
  AND account IN (SELECT value FROM json_each(:accounts)) ORDER BY received_at LIMIT :limit`;

const TAKE = 'UPDATE inbox_event SET lease_owner = :owner, due_at = :until WHERE rowid = :row RETURNING *';

const OWNED = 'account = :account AND event_id = :eventId AND lease_owner = :owner AND received_at > :end';

const FINISH = `UPDATE inbox_event SET subject = NULL, lease_owner = NULL, due_at = NULL WHERE ${OWNED}`;

const POSTPONE = `UPDATE inbox_event SET attempts = attempts + 1, lease_owner = NULL, due_at = :until WHERE ${OWNED}`;

/**
 * The inbox in SQLite. What a method writes is synced before it answers, and Node stands still as long as the disk
 * takes.
 * @throws LedgerError when the accounts cannot be noted
 */
export function createSqliteInbox(options: PartOptions): Inbox {
  const { now } = options;
  const { statement, read, write, accountOf, providers } = createPart(options);
  const accounts = JSON.stringify([...providers.keys()]);

  /** What may be taken, the oldest first. */
  const waiting = (time: number, limit: number): Row[] =>
    statement(WAITING).all({ now: time, end: endOfEvents(time), accounts, limit });

  return {
    async record({ provider, eventId, subject }, lease) {
      const event = { account: accountOf(provider), eventId };
      const task = 'record an event';
      // Looked at first: providers send again and again what they got no answer to, which then waits for no write lock.
      if (await read(task, () => statement(KNOWN).get({ ...event, end: endOfEvents(now()) }))) return false;
      return write(task, () => {
        const time = now();
        removeOldNews(statement, time);
        const given = subject === null ? NOTHING : { owner: lease.owner, until: endOf(time, lease.ms) };
        return statement(RECORD).run({ ...event, subject, ...given, now: time, end: endOfEvents(time) }).changes > 0;
      });
    },
    async take({ owner, ms }, limit) {
      const task = 'take events';
      // SQLite takes a negative limit for none.
      if (limit <= 0) return [];
      // Looked at first, because this is asked again and again and there is hardly ever something to write.
      if (await read(task, () => waiting(now(), 1).length === 0 && !isAnyNewsOld(statement, now()))) return [];
      const rows = await write(task, () => {
        const time = now();
        // Also here, so that what is old goes when nothing comes any more.
        removeOldNews(statement, time);
        const given = { owner, until: endOf(time, ms) };
        return waiting(time, limit).map(({ row }) => statement(TAKE).get({ row: Number(row), ...given }));
      });
      return rows.map((row) => toEvent(providers, row));
    },
    async finish(provider, eventId, owner) {
      const event = { account: accountOf(provider), eventId, owner };
      return write('finish an event', () => statement(FINISH).run({ ...event, end: endOfEvents(now()) }).changes > 0);
    },
    async postpone(provider, eventId, owner, ms) {
      const event = { account: accountOf(provider), eventId, owner };
      return write('postpone an event', () => {
        const time = now();
        return statement(POSTPONE).run({ ...event, until: endOf(time, ms), end: endOfEvents(time) }).changes > 0;
      });
    },
  };
}

/** When something is over; the column takes no parts of a millisecond. */
const endOf = (time: number, ms: number): number => Math.ceil(time + ms);

/** The casts hold because the table is STRICT and nothing else writes it. */
function toEvent(providers: ReadonlyMap<number, ProviderName>, row: Row | undefined): InboxEvent {
  const provider = providers.get(Number(row?.account));
  if (!row || !provider) throw new Error('A row that was written did not come back, or is of another account.');
  return {
    provider,
    eventId: row.event_id as string,
    subject: row.subject as string,
    receivedAt: row.received_at as number,
    attempts: row.attempts as number,
  };
}
