import { GatewayError } from '../checkout/errors.ts';
import type { ListedSource } from './connection.ts';
import { MAX_PAGE } from './find-end.ts';
import { mergeOlder } from './merge.ts';
import { type Position, START } from './position.ts';
import { type Read, settle } from './settle.ts';
import { positionIn, type Stretch } from './source.ts';

type Skipped = {
  positions: readonly Position[];
  /** By the list's key. A list that could not answer stays where it was, and is not asked again for this page. */
  failures: Map<string, GatewayError>;
};

// Lists that have to be looked through give few sessions a round.
const MAX_ROUNDS = 120;

/**
 * The positions when so many sessions of the merged list have been consumed. A list that stands alone jumps there; of
 * several, how far each gets is only known by reading what is skipped.
 */
export async function skipSessions(
  lists: readonly ListedSource[],
  from: readonly Position[],
  count: number,
): Promise<Skipped> {
  const failures = new Map<string, GatewayError>();
  if (count === 0) return { positions: from, failures };
  const jump = lists.length === 1 ? await lists[0]?.source.skip?.(from[0] ?? START, count) : null;
  if (jump) return { positions: [jump], failures };
  let positions = from;
  for (let left = count, round = 0; left > 0 && round < MAX_ROUNDS; round++) {
    const want = Math.min(left, MAX_PAGE);
    const read = await Promise.all(
      lists.map((list, index) => readOrStay(list, positions[index] ?? START, want, failures)),
    );
    const { reads, order } = await settle(read.map(countable), {
      // Nothing is looked for beyond what was read: the next round does.
      limit: 0,
      merge: (some) => mergeOlder(some.map(orNothing), want),
      chosen: ({ sessions }, chosen, ahead) => sessions.slice(0, chosen + ahead),
      extend: async (_, stretch) => stretch,
    });
    const stretches = reads.map((one, index) => {
      if (!(one instanceof GatewayError)) return one;
      failures.set(lists[index]?.key ?? '', one);
      return stayAt(positions[index] ?? START);
    });
    positions = stretches.map((stretch, index) => positionIn(stretch, order.filter((list) => list === index).length));
    left -= order.length;
    if (order.length === 0 && stretches.every(({ complete }) => complete)) break;
  }
  return { positions, failures };
}

async function readOrStay(
  { key, source }: ListedSource,
  from: Position,
  want: number,
  failures: Map<string, GatewayError>,
): Promise<Stretch> {
  if (failures.has(key)) return stayAt(from);
  try {
    return await source.readOlder(from, want);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    failures.set(key, error);
    return stayAt(from);
  }
}

const stayAt = (from: Position): Stretch => ({ sessions: [], before: from, next: from.next, complete: true });

/** Entries that are as good as sessions are skipped without loading them. */
function countable(stretch: Stretch): Stretch {
  if (stretch.mustLoad) return stretch;
  const { load: _, ...rest } = stretch;
  return rest;
}

const orNothing = (read: Read) => (read instanceof GatewayError ? { sessions: [], complete: true } : read);
