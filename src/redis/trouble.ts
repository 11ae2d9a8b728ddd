/** What an error tells of Redis. */
export type Trouble = {
  /** Short, from a fixed set of words: never an address, a key, a value or a password. */
  reason: string;
  /**
   * `down`: nothing can be asked now. `slow`: one such error may be chance, several in a row are not. `passing`: this
   * one command could not be done, others can.
   */
  weight: 'down' | 'slow' | 'passing';
};

/** No answer in time; the only error of the kind that is made here and not by ioredis. */
export class Late extends Error {
  override readonly name = 'Late';
}

// By the first word of Redis' replies. Its other errors say that the command is wrong.
const REPLIES: ReadonlyMap<string, Trouble['weight']> = new Map([
  ['READONLY', 'down'],
  ['OOM', 'down'],
  ['MISCONF', 'down'],
  ['LOADING', 'down'],
  ['CLUSTERDOWN', 'down'],
  ['MASTERDOWN', 'down'],
  ['NOREPLICAS', 'down'],
  ['NOAUTH', 'down'],
  ['WRONGPASS', 'down'],
  ['NOPERM', 'down'],
  // A script of somebody else's has been running for seconds.
  ['BUSY', 'slow'],
  // A slot on its way to another node.
  ['MOVED', 'passing'],
  ['ASK', 'passing'],
  ['TRYAGAIN', 'passing'],
  ['NOSCRIPT', 'passing'],
]);

// What ioredis says itself, by how it begins. A closed connection is told by its event, so these need not take the
// whole of Redis down: of a cluster they may only mean that a node is being connected.
const OWN_WORDS: readonly [start: string, trouble: Trouble][] = [
  ['Command timed out', { reason: 'timeout', weight: 'slow' }],
  ["Stream isn't writeable", { reason: 'connection closed', weight: 'passing' }],
  ['Connection is closed', { reason: 'connection closed', weight: 'passing' }],
  ['Command aborted', { reason: 'connection closed', weight: 'passing' }],
  ['Cluster is', { reason: 'connection closed', weight: 'passing' }],
  ['Reached the max retries', { reason: 'connection closed', weight: 'passing' }],
  ['None of startup nodes', { reason: 'no node answers', weight: 'down' }],
  ['Failed to refresh slots cache', { reason: 'no node answers', weight: 'down' }],
  ['Too many Cluster redirections', { reason: 'too many redirections', weight: 'passing' }],
  // Commands were gathered for one node, and before they went out one of their slots had moved to another.
  ['All keys in the pipeline should', { reason: 'MOVED', weight: 'passing' }],
  ['Protocol error', { reason: 'protocol error', weight: 'down' }],
  ['ERR This instance has cluster support disabled', { reason: 'no cluster', weight: 'down' }],
  ['A cluster needs the URLs', { reason: 'a cluster, and REDIS_URL names one node of it', weight: 'down' }],
  ['The database was not given', { reason: 'not the database of REDIS_URL', weight: 'down' }],
  ['ERR The user executing the script', { reason: 'NOPERM', weight: 'down' }],
  ['ERR invalid password', { reason: 'WRONGPASS', weight: 'down' }],
];

/** Whether a command that failed like this may have been done, or yet be: everything but Redis' own refusals. */
export const mayBeDone = (error: unknown): boolean =>
  !(error instanceof Error && REPLIES.has(replyWord(error.message)));

/** What an error of a command tells of Redis; undefined when the command itself is wrong. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof Late) return { reason: 'timeout', weight: 'slow' };
  if (!(error instanceof Error)) return undefined;
  const word = replyWord(error.message);
  const weight = REPLIES.get(word);
  if (weight) return { reason: word, weight };
  return OWN_WORDS.find(([start]) => error.message.startsWith(start))?.[1];
}

/** Why there is no connection, in words for the log. */
export function reasonOf(error: unknown): string {
  // ioredis hides in it what the last node said.
  const last = error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : undefined;
  return wordsFor(last) ?? wordsFor(error) ?? 'connection error';
}

const wordsFor = (error: unknown): string | undefined => troubleOf(error)?.reason ?? systemCode(error);

/** Node's word for what went wrong with the network, a name or TLS. */
function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}

/** Redis before 7 puts the error of a command in a script behind a text of its own. */
function replyWord(message: string): string {
  return /^(?:ERR Error running script .*? -)?([A-Z]+)\b/.exec(message)?.[1] ?? '';
}
