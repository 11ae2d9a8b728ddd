import type { Random } from './prng.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The moment that ids pretend to be minted at when the sandbox starts: ids must not change with the day. */
const ID_EPOCH = Date.UTC(2026, 0, 1);

/** In one piece: text put together letter by letter stays in pieces in memory, and there are a million of these. */
function text(random: Random, alphabet: string, length: number, head = ''): string {
  const codes = new Array<number>(length);
  for (let i = 0; i < length; i += 1) codes[i] = alphabet.charCodeAt(Math.floor(random() * alphabet.length));
  return head + String.fromCharCode(...codes);
}

/** @param sinceStartMs milliseconds after the sandbox's start, negative for what was there before */
export function ulid(random: Random, sinceStartMs = 0): string {
  let time = ID_EPOCH + Math.round(sinceStartMs);
  let head = '';
  for (let i = 0; i < 10; i += 1) {
    head = CROCKFORD.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  return head + text(random, CROCKFORD, 16);
}

/** Meteroid's ids: a prefix and 22 characters of base62. */
export function base62(random: Random, length = 22): string {
  return text(random, BASE62, length);
}
