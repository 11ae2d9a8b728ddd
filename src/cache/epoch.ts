import { randomBytes } from 'node:crypto';
import type { Epoch } from './cache.ts';

/** 96 random bits: no counter, because a Redis that came back empty would count through the same numbers again. */
export const newToken = (): string => randomBytes(12).toString('base64url');

const TOKEN = /^[\w-]{16}$/;

export const isToken = (text: unknown): text is string => typeof text === 'string' && TOKEN.test(text);

/**
 * The full epoch of a place: its cell's token and, when it stands under another cell, that one's. Null when either is
 * missing.
 * @param under undefined when the place stands under nothing
 */
export function joinTokens(token: string | null, under: string | null | undefined): Epoch | null {
  if (token === null || under === null) return null;
  return under === undefined ? token : `${token}.${under}`;
}

/** The cell's own token in a full epoch. */
export const ownToken = (epoch: Epoch): string => epoch.slice(0, 16);

/** The token of the cell that it stands under; undefined when it stands under none. */
export const underToken = (epoch: Epoch): string | undefined => (epoch.length > 17 ? epoch.slice(17) : undefined);
