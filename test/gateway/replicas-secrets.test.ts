import { createHash, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { read, remove, startReplicas } from './replicas.ts';
import { type Content, contentOf, isValue, privateTexts, readEverything, valuesIn } from './replicas-content.ts';

/** Everything is read, and something changed. */
async function contentAfterUse(cacheEncryptionKey?: string) {
  const replicas = await startReplicas(cacheEncryptionKey === undefined ? {} : { cacheEncryptionKey });
  onTestFinished(() => replicas.stop());
  const { a, b, redis, sandbox } = replicas;
  const answer = await readEverything(a, sandbox.examples);
  await readEverything(b, sandbox.examples);
  const changed = await read(a, 'FLEXPRICE', String(sandbox.control.create({ provider: 'flexprice' }).id));
  await remove(a, changed?.id ?? '');
  // Nobody waits for values to be stored.
  await expect
    .poll(async () => [...new Set((await contentOf(redis)).flatMap(({ fields }) => Object.keys(fields)))])
    .toEqual(expect.arrayContaining(['v:session', 'v:session+customer+paymentIntent', 'v:list', 'v:lineItems']));
  const access = Object.values(sandbox.addresses).flatMap(({ baseUrl, apiKey }) => [
    ...[baseUrl, new URL(baseUrl).host, apiKey],
    // The account as the gateway tells it from others.
    createHash('sha256').update([baseUrl, '', apiKey].join(' ')).digest('base64url').slice(0, 22),
  ]);
  return { content: await contentOf(redis), texts: privateTexts([answer, changed]), access };
}

const bytesOf = (content: Content): Buffer =>
  Buffer.concat(
    content.flatMap(({ key, dump, fields }) => [
      ...[Buffer.from(key), dump],
      ...Object.entries(fields).flatMap(([name, value]) => [Buffer.from(name), value]),
    ]),
  );

const foundIn = (bytes: Buffer, texts: Iterable<string>): string[] => [...texts].filter((text) => bytes.includes(text));

/** The index of sessions is plain, because Redis sorts by it: ids, times and statuses. */
const isIndex = ({ key }: Content[number]): boolean => key.includes(':{index:');

/** What stands beside the values, which Redis has to compare. */
const PLAIN: readonly [field: RegExp, value: RegExp][] = [
  [/^token$/, /^[\w-]{16}$/],
  [/^t:[a-zA-Z+]+$/, /^\d+ [\w-]{16}$/],
  [/^seen$/, /^\d+ [\w-]{16}$/],
  [/^updatedAt$/, /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$/],
  [/^stage$/, /^\d$/],
  [/^isArchived$/, /^[01]$/],
];

it('nothing that tells of anybody, or lets anybody in, can be read in Redis when there is a key', async () => {
  const { content, texts, access } = await contentAfterUse(randomBytes(32).toString('base64'));
  expect(texts.size).toBeGreaterThan(100);
  const index = content.filter(isIndex);
  const others = content.filter((each) => !isIndex(each));
  expect(foundIn(bytesOf(others), [...texts, ...access])).toEqual([]);
  for (const found of foundIn(bytesOf(index), [...texts, ...access]))
    expect(found).toMatch(/^(cs|cust|subs?|pay)_\w+$/);
  // What is encrypted cannot be made shorter.
  for (const value of valuesIn(content)) expect(deflateRawSync(value).length).toBeGreaterThan(value.length * 0.95);
  // Nothing of anybody's: what Redis is tried with, and what the ledger keeps of what was told.
  for (const { key, fields } of others.filter(({ key }) => !/^checkout-gateway:(?:probe|ledger:)/.test(key))) {
    expect(key).toMatch(/^checkout-gateway:\d+:[\w-]{32}$/);
    for (const [name, value] of Object.entries(fields)) {
      if (isValue(name)) continue;
      const form = PLAIN.find(([field]) => field.test(name))?.[1];
      expect(form, `a field ${name}`).toBeDefined();
      expect(value.toString()).toMatch(form ?? /^$/);
    }
  }
});

it('without a key, values are there for anybody to read, but neither names nor access', async () => {
  const { content, texts, access } = await contentAfterUse();
  const values = Buffer.concat(valuesIn(content));
  const readable = foundIn(values, texts);
  const has = (form: RegExp) => expect(readable).toContainEqual(expect.stringMatching(form));
  has(/^[^@ ]+@[^@ ]+$/);
  has(/^https:/);
  has(/^fcs_/);
  // Customers' names, and what was bought.
  expect(values.includes('"firstName":"')).toBe(true);
  expect(values.includes('"description":"')).toBe(true);
  expect(values.includes('"minorUnits":')).toBe(true);
  expect(foundIn(Buffer.from(content.map(({ key }) => key).join(' ')), texts)).toEqual([]);
  expect(foundIn(bytesOf(content), access)).toEqual([]);
});
