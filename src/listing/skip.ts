import { GatewayError } from '../checkout/errors.ts';
import type { ListedSource } from './connection.ts';
import { MAX_PAGE } from './find-end.ts';
import { mergeOlder } from './merge.ts';
import { type Position, START } from './position.ts';
import { positionIn, type Source, type Stretch } from './source.ts';

/**
 * The positions when so many sessions of the merged list have been consumed. A list that stands alone jumps there; of
 * several, how far each gets is only known by reading what is skipped.
 * One that cannot answer stays where it is.
 */
export async function skipSessions(
  lists: readonly ListedSource[],
  from: readonly Position[],
  count: number,
): Promise<readonly Position[]> {
  const [alone] = lists;
  if (lists.length === 1 && alone?.source.skip) {
    const position = await alone.source.skip(from[0] ?? START, count);
    // Behind the end there is nothing.
    return [position ?? { last: undefined, next: null }];
  }
  let positions = from;
  for (let left = count; left > 0; ) {
    const want = Math.min(left, MAX_PAGE);
    const stretches = await Promise.all(
      lists.map(({ source }, index) => readOrStay(source, positions[index] ?? START, want)),
    );
    const order = mergeOlder(stretches, want);
    if (order.length === 0) return stretches.map((stretch) => positionIn(stretch, stretch.sessions.length));
    positions = stretches.map((stretch, index) => positionIn(stretch, order.filter((list) => list === index).length));
    left -= order.length;
  }
  return positions;
}

const readOrStay = (source: Source, from: Position, want: number): Promise<Stretch> =>
  source.readOlder(from, want).catch((error: unknown) => {
    if (error instanceof GatewayError) return { sessions: [], before: from, next: from.next, complete: true };
    throw error;
  });
