import type { SQLOutputValue } from 'node:sqlite';
import type { Begun, NewOperation, OperationLease } from '../operations.ts';
import { endOfKept, removeOld } from './kept.ts';
import type { OperationRow } from './operation-rows.ts';
import type { Statements } from './statements.ts';

// A scope has one row, or several where gateways with different accounts share the file: what failed stands in nobody's
// way, and what has the very id goes first.
const STANDING = `SELECT * FROM operation WHERE id IN (SELECT value FROM json_each(:ids)) AND started_at > :end
  ORDER BY state = 'FAILED', id <> :id LIMIT 1`;

const MAKE_ROOM = 'DELETE FROM operation WHERE id IN (SELECT value FROM json_each(:ids))';

const START = `INSERT INTO operation
  (id, account, scope, input_hash, change, state, started_at, result, lease_owner, lease_until)
  VALUES (:id, :account, :scope, :inputHash, :change, 'IN_PROGRESS', :now, :result, :owner, :until) RETURNING *`;

const TAKE = `UPDATE operation SET state = 'UNKNOWN', lease_owner = :owner, lease_until = :until WHERE id = :id
  RETURNING *`;

export type Beginning = {
  operation: NewOperation;
  lease: OperationLease;
  id: string;
  account: number;
  /** All that the scope's operation may have, JSON. */
  ids: string;
  waitedSince: number | undefined;
};

/** Begins an operation, or says what stands in the way; within a transaction. */
export function beginOperation(
  statement: Statements,
  beginning: Beginning,
  now: number,
): { is: Begun['is']; row: OperationRow | undefined } {
  const { operation, lease, id, ids } = beginning;
  const row = statement(STANDING).get({ id, ids, end: endOfKept(now) });
  if (row && isWaitedFor(row, beginning)) return { is: 'FAILED', row };
  if (!row || row.state === 'FAILED') {
    const result = row?.id === id ? row.result : null;
    return { is: 'STARTED', row: start(statement, beginning, now, result ?? null) };
  }
  if (row.input_hash !== operation.inputHash) return { is: 'OTHER_INPUT', row };
  if (row.state === 'SUCCEEDED') return { is: 'SUCCEEDED', row };
  if (Number(row.lease_until) > now) return { is: 'BUSY', row };
  return { is: 'LEFT', row: take(statement, String(row.id), lease, now) };
}

/** Whether it is the attempt that was waited for, and failed. Of another input it is another one, of the same millisecond. */
const isWaitedFor = (row: OperationRow, { operation, id, waitedSince }: Beginning): boolean =>
  row.state === 'FAILED' && row.id === id && row.started_at === waitedSince && row.input_hash === operation.inputHash;

/** Gives a lease of an operation that was left unfinished. Whoever began it may yet have been heard: it is UNKNOWN. */
export const take = (statement: Statements, id: string, lease: OperationLease, now: number): OperationRow | undefined =>
  statement(TAKE).get({ id, owner: lease.owner, until: now + lease.ms });

function start(
  statement: Statements,
  beginning: Beginning,
  now: number,
  result: SQLOutputValue,
): OperationRow | undefined {
  const { operation, lease, id, account, ids } = beginning;
  removeOld(statement, now);
  statement(MAKE_ROOM).run({ ids });
  return statement(START).get({
    id,
    account,
    scope: JSON.stringify(operation.storedScope ?? operation.scope),
    inputHash: operation.inputHash,
    change: operation.change,
    now,
    result,
    owner: lease.owner,
    until: now + lease.ms,
  });
}
