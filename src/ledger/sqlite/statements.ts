import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** More than a gateway comes to use in practice; each holds some 10 KiB. */
const CAPACITY = 64;

/** Prepared statements by their text; of many, those used last are kept. */
export function createStatements(database: DatabaseSync, capacity = CAPACITY): (sql: string) => StatementSync {
  const kept = new Map<string, StatementSync>();
  return (sql) => {
    const statement = kept.get(sql) ?? database.prepare(sql);
    // Set anew, it is the last in the map's order; the first is the one not used for longest.
    kept.delete(sql);
    kept.set(sql, statement);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
    return statement;
  };
}
