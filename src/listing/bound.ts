import type { ListState } from './cursor.ts';
import { isConsumed, type Position, START } from './position.ts';
import type { Stretch } from './source.ts';

// A page may be bounded by a second cursor: what stands beyond it is left out of what was read.

/** Leaves out of a stretch what stands at or behind the edge of a cursor. */
export function endAt(stretch: Stretch, bound: ListState | null, key: string): Stretch {
  if (!bound) return stretch;
  const position = bound.positions.get(key) ?? START;
  const consumed = consumedIn(stretch, position);
  const isEdge = key === bound.edge && stretch.sessions[consumed - 1]?.providerId === position.last?.id;
  const end = isEdge ? consumed - 1 : consumed;
  if (end === stretch.sessions.length) return stretch;
  const { resume: _, ...rest } = stretch;
  return { ...rest, sessions: stretch.sessions.slice(0, end), next: stretch.sessions[end]?.providerId, complete: true };
}

/** Leaves out of a stretch what stands before or at the edge of a cursor. */
export function beginAt(stretch: Stretch, bound: ListState | null, key: string): Stretch {
  const position = bound?.positions.get(key);
  const consumed = position ? consumedIn(stretch, position) : 0;
  if (!position || consumed === 0) return stretch;
  const { keys, sessions } = stretch;
  return {
    ...stretch,
    sessions: sessions.slice(consumed),
    ...(keys && { keys: keys.slice(consumed) }),
    before: position,
    complete: true,
  };
}

/** How many sessions of a stretch had been consumed at a position: by the sessions that it names, else by their time. */
function consumedIn({ sessions }: Stretch, { last, next, nextAnchor }: Position): number {
  if (last === null) return 0;
  const places = sessions.map(({ providerId }) => providerId);
  if (last?.id != null && places.includes(last.id)) return places.indexOf(last.id) + 1;
  if (next != null && places.includes(next)) return places.indexOf(next);
  const anchor = last ?? nextAnchor;
  if (!anchor) return next === null ? sessions.length : 0;
  const first = sessions.findIndex((session) => !isConsumed(session, anchor));
  return first < 0 ? sessions.length : first;
}
