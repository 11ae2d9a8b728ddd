import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CACHE_FORMAT } from '../../src/cache/key-names.ts';

/** The types of what is kept, without comments and layout. */
function typesOf(file: string): string {
  const text = readFileSync(new URL(`../../src/checkout/${file}`, import.meta.url), 'utf8');
  const types = text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .match(/^export type [\s\S]*?;\n(?=\n|$|export|function)/gm);
  return (types ?? []).join('').replace(/\s+/g, ' ');
}

it('has another number when what is kept in Redis has another form', () => {
  const form = createHash('sha256')
    .update(typesOf('session.ts'))
    .update(typesOf('money.ts'))
    .digest('hex')
    .slice(0, 12);
  // Who changes these types changes the form: raise CACHE_FORMAT, and put both here.
  expect({ CACHE_FORMAT, form }).toEqual({ CACHE_FORMAT: 1, form: 'defff5ef06fc' });
});
