import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { ProviderName } from '../../checkout/provider-name.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import type { LedgerAccounts } from '../ledger.ts';
import {
  compareInIndex,
  type HeldSession,
  type IndexedSession,
  indexedSession,
  MISSING_FOR_MS,
  type OwnSessionIndex,
} from '../session-index.ts';
import { noteAccounts } from './accounts.ts';
import { countQuery } from './count-query.ts';
import { toLedgerError } from './failure.ts';
import { pageQueries } from './page-query.ts';
import { fromColumn, toColumn } from './span.ts';
import { createStatements, type Statements } from './statements.ts';

type Options = {
  /** With its tables up to date. */
  database: DatabaseSync;
  accounts: LedgerAccounts;
  /** Epoch milliseconds. */
  now: () => number;
  /** How the operator calls the database. */
  place: string;
};

/** Sessions that come back at once when their hour is over, so that no page waits for the writing of many. */
const BACK_AT_ONCE = 250;

const KNOWN = `SELECT 1 FROM session WHERE account = :account AND provider_id = :providerId AND created_at = :createdAt
  AND status = :status AND is_archived = :isArchived AND customer_id IS :customerId
  AND subscription_id IS :subscriptionId AND payment_id IS :paymentId AND missing_until IS NULL`;

const LEARN = `INSERT INTO session
  (account, provider_id, created_at, status, is_archived, customer_id, subscription_id, payment_id)
  VALUES (:account, :providerId, :createdAt, :status, :isArchived, :customerId, :subscriptionId, :paymentId)
  ON CONFLICT (account, provider_id) DO UPDATE SET created_at = excluded.created_at, status = excluded.status,
    is_archived = excluded.is_archived, customer_id = excluded.customer_id, subscription_id = excluded.subscription_id,
    payment_id = excluded.payment_id, missing_until = NULL
  WHERE session.is_archived = 0 OR excluded.is_archived = 1`;

const MISSING = 'UPDATE session SET missing_until = :until WHERE account = :account AND provider_id = :providerId';

const COLUMNS = 'provider_id, created_at, status, is_archived, customer_id, subscription_id, payment_id, missing_until';

const HELD = `SELECT ${COLUMNS} FROM session WHERE account = :account AND provider_id = :providerId`;

// Of all accounts, so that it costs the same however few there are of one.
const HELD_FROM = `SELECT id, account, ${COLUMNS} FROM session WHERE id < :place ORDER BY id DESC LIMIT :limit`;

const IS_ANY_DUE = 'SELECT 1 FROM session INDEXED BY session_missing WHERE missing_until <= :now LIMIT 1';

const BRING_BACK = `UPDATE session SET missing_until = NULL WHERE id IN
  (SELECT id FROM session INDEXED BY session_missing WHERE missing_until <= :now ORDER BY missing_until LIMIT :most)`;

/**
 * The session index in SQLite. A write waits for those of other processes, and Node with it, for a fifth of a second at most.
 * @throws LedgerError when the accounts cannot be noted
 */
export function createSqliteSessionIndex({ database, accounts, now, place }: Options): OwnSessionIndex {
  const statement = createStatements(database);

  /** @throws LedgerError for whatever the database throws */
  function attempt<T>(task: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toLedgerError(error, task, place);
    }
  }

  const accountOf = attempt('note the accounts', () => noteAccounts(database, accounts));

  const providers = new Map((Object.keys(accounts) as ProviderName[]).map((name) => [accountOf(name), name]));

  return {
    ...holding({ statement, attempt, accountOf, providers }),
    async learn(session) {
      const row = toRow(accountOf(session.provider), indexedSession(session));
      attempt('remember a session', () => {
        // Looked at first because even a write that changes nothing waits for the one write lock.
        if (!statement(KNOWN).get(row)) statement(LEARN).run(row);
      });
    },
    async missing({ provider, providerId }) {
      const row = { account: accountOf(provider), providerId, until: now() + MISSING_FOR_MS };
      attempt('note that a session is missing', () => statement(MISSING).run(row));
    },
    async page(request) {
      const { provider, direction, limit } = request;
      const account = accountOf(provider);
      // SQLite takes a negative limit for none.
      if (limit <= 0) return [];
      const rows = attempt('list sessions', () => {
        bringBack(statement, now());
        return pageQueries(account, request).flatMap(({ sql, parameters }) => statement(sql).all(parameters));
      });
      const sessions = rows.map((row) => fromRow(provider, row)).sort(compareInIndex);
      return direction === 'older' ? sessions.slice(0, limit) : sessions.slice(-limit);
    },
    async count(provider, filter) {
      const { sql, parameters } = countQuery(accountOf(provider), provider, filter);
      return attempt('count sessions', () => {
        bringBack(statement, now());
        return Number(statement(sql).get(parameters)?.value);
      });
    },
  };
}

type Holding = {
  statement: Statements;
  attempt: <T>(task: string, work: () => T) => T;
  accountOf: (provider: ProviderName) => number;
  /** By the number of the account. */
  providers: ReadonlyMap<number, ProviderName>;
};

const holding = ({
  statement,
  attempt,
  accountOf,
  providers,
}: Holding): Pick<OwnSessionIndex, 'held' | 'heldFrom'> => ({
  async held({ provider, providerId }) {
    const account = accountOf(provider);
    const row = attempt('look up a session', () => statement(HELD).get({ account, providerId }));
    return row ? heldFromRow(provider, row) : null;
  },
  async heldFrom(place, limit) {
    const from = { place: place ?? Number.MAX_SAFE_INTEGER, limit };
    const rows = attempt('read what it holds', () => statement(HELD_FROM).all(from));
    const sessions = rows.flatMap((row) => {
      const provider = providers.get(row.account as number);
      return provider ? [heldFromRow(provider, row)] : [];
    });
    return { sessions, next: rows.length < limit ? null : (rows.at(-1)?.id as number) };
  },
});

/**
 * Sessions whose hour is over are listed again: moved back here and not told by every read, which would have to step
 * over the others.
 */
function bringBack(statement: Statements, now: number): void {
  if (!statement(IS_ANY_DUE).get({ now })) return;
  try {
    statement(BRING_BACK).run({ now, most: BACK_AT_ONCE });
  } catch {
    // Who reads a list need not suffer for a disk that is full: those sessions come back later.
  }
}

const toRow = (account: number, session: IndexedSession): Record<string, SQLInputValue> => ({
  account,
  providerId: session.providerId,
  createdAt: toColumn(session.createdAt),
  status: session.status,
  isArchived: session.isArchived ? 1 : 0,
  customerId: session.customerId,
  subscriptionId: session.subscriptionId,
  paymentId: session.paymentId,
});

/** The casts hold because the table is STRICT and only `toRow` writes it. */
const fromRow = (provider: ProviderName, row: Record<string, SQLOutputValue>): IndexedSession => ({
  provider,
  providerId: row.provider_id as string,
  createdAt: fromColumn(row.created_at as number),
  status: row.status as SessionStatus,
  customerId: row.customer_id as string | null,
  subscriptionId: row.subscription_id as string | null,
  paymentId: row.payment_id as string | null,
  isArchived: row.is_archived === 1,
});

const heldFromRow = (provider: ProviderName, row: Record<string, SQLOutputValue>): HeldSession => ({
  ...fromRow(provider, row),
  missingUntil: row.missing_until as number | null,
});
