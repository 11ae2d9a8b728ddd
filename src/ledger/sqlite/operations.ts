import type { DatabaseSync } from 'node:sqlite';
import type { LedgerAccounts } from '../ledger.ts';
import { idsOfKey, idsOfScope, operationId } from '../operation-id.ts';
import { FORGOTTEN, type Operations } from '../operations.ts';
import { noteAccounts } from './accounts.ts';
import { beginOperation, take } from './begin-operation.ts';
import { claim, holderOf } from './claims.ts';
import { toLedgerError } from './failure.ts';
import { endOfKept, isAnyOld, removeOld } from './kept.ts';
import { createOperationRows } from './operation-rows.ts';
import { createStatements } from './statements.ts';
import { createTransactions } from './transactions.ts';

type Options = {
  /** With its tables up to date, synchronous FULL, and used for nothing else. */
  database: DatabaseSync;
  accounts: LedgerAccounts;
  /** Epoch milliseconds. */
  now: () => number;
  /** How the operator calls the database. */
  place: string;
};

const RENEW = `UPDATE operation SET lease_until = :until
  WHERE id = :id AND lease_owner = :owner AND started_at > :end`;

const FINISH = `UPDATE operation
  SET state = :state, result = coalesce(:result, result), finished_at = :finishedAt, lease_owner = NULL, lease_until = 0,
    change = coalesce(:forgotten, change)
  WHERE id = :id AND lease_owner = :owner AND started_at > :end`;

const FIND = `SELECT * FROM operation WHERE id IN (SELECT value FROM json_each(:ids)) AND started_at > :end
  ORDER BY started_at DESC LIMIT 1`;

const UNFINISHED = `SELECT * FROM operation INDEXED BY operation_unfinished
  WHERE state IN ('IN_PROGRESS', 'UNKNOWN') AND started_at > :end AND account = :account
  AND json_extract(scope, '$.kind') = :kind LIMIT :limit`;

const IS_LEFT = `SELECT 1 FROM operation WHERE id = :id AND started_at = :startedAt
  AND state IN ('IN_PROGRESS', 'UNKNOWN') AND started_at > :end AND lease_until <= :now`;

const LEFT = `SELECT id FROM operation INDEXED BY operation_unfinished
  WHERE state IN ('IN_PROGRESS', 'UNKNOWN') AND started_at > :end AND lease_until <= :now
  AND account IN (SELECT value FROM json_each(:accounts)) ORDER BY lease_until, started_at
  LIMIT :limit`;

/**
 * Operations in SQLite. What a method writes is synced before it answers, and Node stands still as long as the disk takes.
 * @throws LedgerError when the accounts cannot be noted
 */
export function createSqliteOperations({ database, accounts, now, place }: Options): Operations {
  const statement = createStatements(database);
  const accountOf = noteOrExplain(database, accounts, place);
  const { toOperation, accounts: numbers } = createOperationRows(accounts, accountOf);
  const { read, write } = createTransactions(database, place);
  // What is removed holds personal data, which is not to lie about in free pages.
  database.exec('PRAGMA secure_delete = ON');

  /** The ids of operations that were left unfinished, those that have waited longest for a look first. */
  const left = (time: number, limit: number): string[] =>
    statement(LEFT)
      .all({ now: time, end: endOfKept(time), accounts: JSON.stringify(numbers), limit })
      .map(({ id }) => String(id));

  return {
    async begin(operation, lease, waitedSince) {
      const { provider, scope } = operation;
      const account = accountOf(provider);
      const id = operationId(provider, accounts[provider] ?? '', scope);
      const ids = JSON.stringify(idsOfScope(accounts, scope));
      const { is, row } = await write('begin an operation', () =>
        beginOperation(statement, { operation, lease, id, account, ids, waitedSince }, now()),
      );
      return { is, operation: toOperation(row) };
    },
    async renew(id, { owner, ms }) {
      return write('renew a lease', () => {
        const time = now();
        return statement(RENEW).run({ id, owner, until: time + ms, end: endOfKept(time) }).changes > 0;
      });
    },
    async finish(id, owner, state, result) {
      return write('finish an operation', () => {
        const time = now();
        const [finishedAt, forgotten] = state === 'UNKNOWN' ? [null, null] : [time, FORGOTTEN];
        const values = { id, owner, state, result, finishedAt, forgotten, end: endOfKept(time) };
        return statement(FINISH).run(values).changes > 0;
      });
    },
    async find(caller, idempotencyKey, kind) {
      const ids = JSON.stringify(idsOfKey(accounts, caller, idempotencyKey, kind));
      const row = await read('find an operation', () => statement(FIND).get({ ids, end: endOfKept(now()) }));
      return row ? toOperation(row) : null;
    },
    hasInput: (operation, inputHash) => operation.inputHash === inputHash,
    async unfinished(provider, kind, limit) {
      const account = accountOf(provider);
      const rows = await read('look for unfinished operations', () =>
        statement(UNFINISHED).all({ account, kind, end: endOfKept(now()), limit: limit + 1 }),
      );
      return rows.length > limit ? null : rows.map(toOperation);
    },
    async take({ id, startedAt }, lease) {
      const row = await write('take an operation that was left', () => {
        const time = now();
        const isLeft = statement(IS_LEFT).get({ id, startedAt, now: time, end: endOfKept(time) });
        return isLeft && take(statement, id, lease, time);
      });
      return row ? toOperation(row) : null;
    },
    async takeLeft(lease, limit) {
      const task = 'take operations that were left';
      // SQLite takes a negative limit for none.
      if (limit <= 0) return [];
      // Looked at first, because this is asked again and again and there is hardly ever something to write.
      const isIdle = await read(task, () => left(now(), 1).length === 0 && !isAnyOld(statement, now()));
      if (isIdle) return [];
      const rows = await write(task, () => {
        const time = now();
        // Also here, so that what is old goes when nothing begins any more.
        removeOld(statement, time);
        return left(time, limit).map((id) => take(statement, id, lease, time));
      });
      return rows.map(toOperation);
    },
    async claim(provider, providerId, id) {
      const account = accountOf(provider);
      return write('note where a session comes from', () => claim(statement, { account, providerId }, id, now()));
    },
    async claimedBy(provider, providerId) {
      const account = accountOf(provider);
      return read('tell where a session comes from', () => holderOf(statement, { account, providerId }, now()));
    },
  };
}

function noteOrExplain(
  database: DatabaseSync,
  accounts: LedgerAccounts,
  place: string,
): ReturnType<typeof noteAccounts> {
  try {
    return noteAccounts(database, accounts);
  } catch (error) {
    throw toLedgerError(error, 'note the accounts', place);
  }
}
