import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { badUserInput } from '../checkout/errors.ts';
import { isProviderId } from '../checkout/global-id.ts';
import { type Anchor, hashId, MAX_TIES, type Position } from './position.ts';

/** What a cursor holds: how far each list had been consumed up to and with its edge. */
export type ListState = {
  /** Tells the filter it was made with. */
  filter: string;
  /** The list that the edge's own session stands in; null when the cursor is of no edge. */
  edge: string | null;
  /** By the list's key. A list that is not in it has not been begun. */
  positions: ReadonlyMap<string, Position>;
};

/** Longest cursor, in characters. */
export const MAX_CURSOR = 512;

// As it is written: the last session as [id, time, other ties] with null for none and 0 for not known; then the next one,
// in the same form when the last is not known, else its id, null for none, or left out.
const text = z.string().min(1).max(200);
const id = text.refine(isProviderId);
// The years 1 to 9998: with room for the spans that are made of it.
const time = z.int().min(-62_135_596_800_000).max(253_370_764_800_000).nullable();
const hash = z.int().min(0).max(0xffffffff);
const place = z.tuple([id.nullable(), time]).rest(hash);
const anchor = z.union([z.null(), z.literal(0), place]);
const entry = z.union([z.tuple([text, anchor]), z.tuple([text, anchor, z.union([id.nullable(), place])])]);
const written = z.tuple([z.literal(1), z.string().max(20), z.string().max(20).nullable(), z.array(entry).max(32)]);
type Written = z.infer<typeof written>;
type WrittenEntry = z.infer<typeof entry>;

/**
 * An opaque, URL-safe text of at most 512 characters. Where many lists with long ids would not fit, it is first packed,
 * and then does without what can be found again at the price of a call: next ids, ties, ids.
 */
export function encodeCursor(state: ListState): string {
  for (const { detail, pack } of [
    { detail: FULL, pack: false },
    { detail: FULL, pack: true },
    { detail: { ...FULL, next: false }, pack: true },
    { detail: { next: false, ties: false, id: true }, pack: true },
  ]) {
    const cursor = seal(state, detail, pack);
    if (cursor.length <= MAX_CURSOR) return cursor;
  }
  return seal(state, { next: false, ties: true, id: false }, true);
}

/** @throws GatewayError BAD_USER_INPUT for a text that no list of this gateway gave, or one with another filter */
export function decodeCursor(cursor: string, filter: string): ListState {
  const parsed = cursor.length <= MAX_CURSOR ? written.safeParse(unseal(cursor)) : undefined;
  if (!parsed?.success) throw badUserInput('Expected a cursor that this list gave, got something else.');
  const [, ownFilter, edge, entries] = parsed.data;
  if (ownFilter !== filter) {
    throw badUserInput('Expected a cursor of a list with the same filter, got one of another filter.');
  }
  return { filter, edge, positions: new Map(entries.map((one) => [one[0], readPosition(one)])) };
}

type Detail = { next: boolean; ties: boolean; id: boolean };
const FULL: Detail = { next: true, ties: true, id: true };

const PLAIN = '1';
const PACKED = '2';

/** A letter for the form, a checksum that finds what was not made here, and the state. */
function seal({ filter, edge, positions }: ListState, detail: Detail, pack: boolean): string {
  const state: Written = [
    1,
    filter,
    edge,
    [...positions].map(([key, position]) => writePosition(key, position, detail)),
  ];
  const json = JSON.stringify(state);
  const body = pack ? deflateRawSync(json).toString('base64url') : Buffer.from(json).toString('base64url');
  return `${pack ? PACKED : PLAIN}${checksum(body)}${body}`;
}

const CHECKSUM = 7;
const checksum = (body: string): string => hashId(body).toString(36).padStart(CHECKSUM, '0');

function unseal(cursor: string): unknown {
  const body = cursor.slice(1 + CHECKSUM);
  if (cursor.slice(1, 1 + CHECKSUM) !== checksum(body)) return null;
  const bytes = Buffer.from(body, 'base64url');
  try {
    // A small text must not unfold into a large one.
    const json =
      cursor[0] === PACKED ? inflateRawSync(bytes, { maxOutputLength: 16_384 }) : cursor[0] === PLAIN ? bytes : '';
    return JSON.parse(json.toString('utf8'));
  } catch {
    return null;
  }
}

function writePosition(key: string, { last, next, nextAnchor }: Position, detail: Detail): WrittenEntry {
  if (last === undefined && nextAnchor) return [key, 0, writeAnchor(nextAnchor, detail)];
  const anchored = last === undefined ? 0 : last && writeAnchor(last, detail);
  return next === undefined || (next !== null && !detail.next) ? [key, anchored] : [key, anchored, next];
}

/** The anchor's own hash follows from its id, so with an id only the others are written. */
function writeAnchor({ id, time, ties }: Anchor, detail: Detail): [string | null, number | null, ...number[]] {
  if (!detail.id || id === null) return [null, time, ...ties.slice(0, 3)];
  const own = hashId(id);
  return [id, time, ...(detail.ties ? ties.filter((tie) => tie !== own) : [])];
}

function readPosition([, last, next]: WrittenEntry): Position {
  if (Array.isArray(next)) {
    const nextAnchor = readAnchor(next);
    return { last: undefined, next: nextAnchor.id ?? undefined, nextAnchor };
  }
  return { last: last === 0 ? undefined : last && readAnchor(last), next };
}

function readAnchor([id, time, ...ties]: [string | null, number | null, ...number[]]): Anchor {
  return { id, time, ties: (id === null ? ties : [hashId(id), ...ties]).slice(0, MAX_TIES + 1) };
}
