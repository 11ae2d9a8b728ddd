import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** More than the combinations of filters that a gateway is asked for in practice. */
const CAPACITY = 64;

/** The prepared statement of a text. */
export type Statements = (sql: string) => StatementSync;

/** Prepared statements by their text; of many, those used last are kept. */
export function createStatements(database: DatabaseSync, capacity = CAPACITY): Statements {
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
