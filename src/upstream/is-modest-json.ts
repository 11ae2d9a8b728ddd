import { endOfString } from '../checkout/json-slice.ts';

/** Characters. To parse and to look through a shorter text takes a few milliseconds, whatever stands in it. */
const SHORT = 64 * 1024;
/** Providers nest some ten levels. */
const MAX_LEVELS = 200;
/** Half more than 8 MiB of real sessions have: properties, elements and what holds them. */
const MAX_VALUES = 500_000;

const QUOTE = 34;
const COMMA = 44;

/**
 * Whether it takes no more to parse a JSON text, and to look through what comes of it, than its length lets expect:
 * eight megabytes of brackets take seconds and half a gigabyte. Says nothing about whether it is JSON.
 */
export function isModestJson(text: string): boolean {
  if (text.length <= SHORT) return true;
  let levels = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === COMMA) values++;
    else if (isOpening(code)) {
      values++;
      levels++;
    } else if (isClosing(code)) levels--;
    if (levels > MAX_LEVELS || values > MAX_VALUES) return false;
  }
  return true;
}

const isOpening = (code: number): boolean => code === 123 || code === 91;
const isClosing = (code: number): boolean => code === 125 || code === 93;
