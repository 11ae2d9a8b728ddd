import type { SessionKey } from '../../checkout/global-id.ts';
import type { ToldStates } from '../told-states.ts';
import { endOfTold, removeOldNews } from './kept-news.ts';
import { createPart, type PartOptions } from './part.ts';

const READ = `SELECT text, revision FROM told_state
  WHERE account = :account AND provider_id = :providerId AND told_at > :end`;

const FIRST = `INSERT INTO told_state (account, provider_id, text, revision, told_at)
  VALUES (:account, :providerId, :text, 1, :now)
  ON CONFLICT (account, provider_id) DO UPDATE
  SET text = excluded.text, revision = told_state.revision + 1, told_at = excluded.told_at WHERE told_at <= :end`;

const NEXT = `UPDATE told_state SET text = :text, revision = revision + 1, told_at = :now
  WHERE account = :account AND provider_id = :providerId AND revision = :revision AND told_at > :end`;

/**
 * What was told, in SQLite.
 * @throws LedgerError when the accounts cannot be noted
 */
export function createSqliteToldStates(options: PartOptions): ToldStates {
  const { now } = options;
  const { statement, read, write, accountOf } = createPart(options);
  const rowOf = ({ provider, providerId }: SessionKey) => ({ account: accountOf(provider), providerId });
  return {
    async read(key) {
      const row = rowOf(key);
      const told = await read('read what was told', () => statement(READ).get({ ...row, end: endOfTold(now()) }));
      return told ? { text: String(told.text), revision: Number(told.revision) } : null;
    },
    async replace(key, text, revision) {
      const row = rowOf(key);
      return write('note what is told', () => {
        const time = now();
        const values = { ...row, text, now: time, end: endOfTold(time) };
        const { changes } =
          revision === null ? statement(FIRST).run(values) : statement(NEXT).run({ ...values, revision });
        removeOldNews(statement, time);
        return changes > 0;
      });
    },
  };
}
