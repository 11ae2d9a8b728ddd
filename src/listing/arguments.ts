import { badUserInput } from '../checkout/errors.ts';
import { MAX_PAGE } from './find-end.ts';

/** How a list may be asked for, as callers write it. */
export type PageInput = {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
};

export type PageArguments = {
  /** Whether the page is the last of its stretch and not the first. */
  backward: boolean;
  /** 0 to 100. */
  size: number;
  after: string | null;
  before: string | null;
  /** Sessions to leave out behind `after`. */
  offset: number;
};

const DEFAULT_SIZE = 20;
/** Most sessions that may be left out: each hundred may cost a call. */
export const MAX_OFFSET = 10_000;

/** @throws GatewayError BAD_USER_INPUT that says what was expected and what came */
export function readPageArguments({ first, after, last, before, offset }: PageInput): PageArguments {
  if (first != null && last != null) throw badUserInput('Expected first or last, got both.');
  checkRange('first', first, MAX_PAGE);
  checkRange('last', last, MAX_PAGE);
  checkRange('offset', offset, MAX_OFFSET);
  // Without a size, a cursor to stop at asks for what is just before it.
  const backward = last != null || (first == null && before != null && after == null);
  if (backward && offset) throw badUserInput('Expected offset with first and after, got it with last or before.');
  return {
    backward,
    size: first ?? last ?? DEFAULT_SIZE,
    after: after ?? null,
    before: before ?? null,
    offset: offset ?? 0,
  };
}

function checkRange(name: string, value: number | null | undefined, most: number): void {
  if (value != null && (value < 0 || value > most))
    throw badUserInput(`Expected ${name} to be from 0 to ${most}, got ${value}.`);
}
