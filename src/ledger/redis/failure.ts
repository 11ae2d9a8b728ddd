import { RedisAway } from '../../redis/link.ts';
import { LedgerError } from '../ledger.ts';

/**
 * A failure of Redis in words for the operator; anything else is a bug and stays as it is. Neither what Redis says nor
 * the error itself goes on: they hold keys and what was to be stored.
 * @param task what the ledger was to do, after "cannot"
 */
export function toLedgerError(error: unknown, task: string): unknown {
  // RedisAway's words are the link's own.
  if (error instanceof RedisAway) {
    return because(task, 'can be read and written within its time', error.message, error.mayBeDone);
  }
  if (error instanceof Error && error.name === 'ReplyError') {
    return because(
      task,
      "holds nothing but the gateway's own under its keys",
      `${replyWord(error.message)} as a reply.`,
    );
  }
  return error;
}

const because = (task: string, expected: string, got: string, mayBeWritten = false): LedgerError =>
  new LedgerError(`The ledger cannot ${task}: expected REDIS_URL to lead to a Redis that ${expected}, got: ${got}`, {
    mayBeWritten,
  });

/** The first word of a reply, which tells its kind. */
const replyWord = (message: string): string => /^[A-Z]+\b/.exec(message)?.[0] ?? 'an error';
