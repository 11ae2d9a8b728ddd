import type { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../ledger.ts';

/**
 * The steps from an empty file to today's tables; the n-th leads to `user_version` n. One that was released is never
 * edited, which is why they name nothing of the code's.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (provider, name)
  ) STRICT;

  CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    provider_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, -- epoch milliseconds; -8640000000000000 when the provider does not tell
    status TEXT NOT NULL,
    is_archived INTEGER NOT NULL CHECK (is_archived IN (0, 1)),
    customer_id TEXT,
    subscription_id TEXT,
    payment_id TEXT,
    missing_until INTEGER, -- epoch milliseconds; while it is set, no list shows the session
    UNIQUE (account, provider_id)
  ) STRICT;

  -- Each index holds what a page can ask for by equality, then the order of the list: a page is read off a few ranges,
  -- however rare what it asks for is.
  CREATE INDEX session_by_status ON session (account, status, is_archived, created_at, provider_id)
    WHERE missing_until IS NULL;
  CREATE INDEX session_by_customer ON session (account, customer_id, status, is_archived, created_at, provider_id)
    WHERE missing_until IS NULL;
  -- A session that ended without a subscription is of no use to who looks for one, and most end so.
  CREATE INDEX session_by_subscription ON session (account, subscription_id, status, is_archived, created_at, provider_id)
    WHERE missing_until IS NULL AND (subscription_id IS NOT NULL OR status IN ('OPEN', 'PROCESSING', 'UNKNOWN', 'CANCELED'));
  CREATE INDEX session_by_payment ON session (account, payment_id, status, is_archived, created_at, provider_id)
    WHERE missing_until IS NULL AND (payment_id IS NOT NULL OR status IN ('OPEN', 'PROCESSING', 'UNKNOWN', 'CANCELED'));
  CREATE INDEX session_missing ON session (missing_until) WHERE missing_until IS NOT NULL;
  `,
  `
  CREATE TABLE operation (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    scope TEXT NOT NULL, -- JSON, because columns cannot hold every key: a half of a surrogate pair has no UTF-8
    input_hash TEXT NOT NULL,
    change TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'UNKNOWN')),
    started_at INTEGER NOT NULL, -- epoch milliseconds, like all times here
    finished_at INTEGER,
    result TEXT,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL -- 0 when nobody has the lease
  ) STRICT;
  CREATE INDEX operation_by_time ON operation (started_at);
  CREATE INDEX operation_unfinished ON operation (started_at) WHERE state IN ('IN_PROGRESS', 'UNKNOWN');

  CREATE TABLE claim (
    account INTEGER NOT NULL REFERENCES account (id),
    provider_id TEXT NOT NULL,
    operation TEXT NOT NULL, -- its id; it need not be there
    claimed_at INTEGER NOT NULL,
    UNIQUE (account, provider_id)
  ) STRICT;
  CREATE INDEX claim_by_time ON claim (claimed_at);
  `,
  `
  CREATE TABLE inbox_event (
    account INTEGER NOT NULL REFERENCES account (id),
    event_id TEXT NOT NULL,
    subject TEXT, -- JSON; null when there is nothing left to apply
    received_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    due_at INTEGER, -- when it may be taken: the end of its lease, or what it was postponed to; null like subject
    UNIQUE (account, event_id)
  ) STRICT;
  CREATE INDEX inbox_event_by_time ON inbox_event (received_at);
  -- With all that decides whether one may be taken: many that were postponed are stepped over within the index.
  CREATE INDEX inbox_event_waiting ON inbox_event (received_at, due_at, account) WHERE due_at IS NOT NULL;

  CREATE TABLE told_state (
    account INTEGER NOT NULL REFERENCES account (id),
    provider_id TEXT NOT NULL,
    text TEXT NOT NULL,
    revision INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    UNIQUE (account, provider_id)
  ) STRICT;
  CREATE INDEX told_state_by_time ON told_state (told_at);
  `,
];

/** Marks a database as the gateway's, for SQLite and for `file`: "CkGw". */
const APPLICATION_ID = 0x43_6b_47_77;

/**
 * Whether the database is the gateway's, or still empty and may become so. Changes nothing.
 * @throws LedgerError when it is another program's
 */
export function checkOwner(database: DatabaseSync, place: string): void {
  // In this order: another process that makes the tables just now has marked the file by the time they are seen.
  const isEmpty = readNumber(database, 'SELECT count(*) AS value FROM sqlite_schema') === 0;
  const owner = readNumber(database, 'SELECT application_id AS value FROM pragma_application_id');
  if (!isEmpty && owner !== APPLICATION_ID) {
    throw new LedgerError(
      `The ledger cannot be opened: expected ${place} to be the gateway's own, got another program's database.`,
    );
  }
}

/**
 * Brings the tables up to date. Takes the write lock even when there is nothing to do, so that a ledger that cannot be
 * written is found when the gateway starts.
 * @throws LedgerError when a newer release has written the database
 */
export function migrate(database: DatabaseSync, place: string): void {
  database.exec('BEGIN IMMEDIATE');
  const version = readNumber(database, 'SELECT user_version AS value FROM pragma_user_version');
  if (version > MIGRATIONS.length) {
    throw new LedgerError(
      `The ledger cannot be opened: expected ${place} to have version ${MIGRATIONS.length} or older, got version ` +
        `${version}, which a newer release of the gateway has written.`,
    );
  }
  if (version < MIGRATIONS.length) {
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
  }
  database.exec('COMMIT');
}

const readNumber = (database: DatabaseSync, sql: string): number => Number(database.prepare(sql).get()?.value);
