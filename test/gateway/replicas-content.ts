import { FULL_SESSION } from '../helpers/full-session.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import type { RedisServer } from '../helpers/redis.ts';

/** What is read: each provider's example, with all that can be selected of it, and lists of all kinds, but not of sessions that one gateway knows and another does not. */
const ALL = `query ($flexprice: String!, $meteroid: String!, $flex: String!, $email: String!) {
  flexprice: checkoutSessionByProviderId(provider: FLEXPRICE, providerId: $flexprice) { ...FullSession }
  meteroid: checkoutSessionByProviderId(provider: METEROID, providerId: $meteroid) { ...FullSession }
  flex: checkoutSessionByProviderId(provider: FLEX, providerId: $flex) { ...FullSession }
  merged: checkoutSessions(first: 10, filter: { providers: [METEROID, FLEX] }) { nodes { ...FullSession } }
  meteroids: checkoutSessions(first: 10, filter: { providers: [METEROID] }) { nodes { ...FullSession } }
  hers: checkoutSessions(first: 10, filter: { providers: [FLEX], customerEmail: $email }) { nodes { ...FullSession } }
}
${FULL_SESSION}`;
const EMAIL = `query ($id: String!) {
  s: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { customer { email } }
}`;

type Examples = { flexprice: string; meteroid: string; flex: string };

/** All kinds of things that are kept, as they are answered. */
export async function readEverything(gateway: TestGateway, examples: Examples): Promise<Record<string, unknown>> {
  const found = await gateway.ask<{ s: { customer: { email: string } } }>(EMAIL, { id: examples.flex });
  const { data, errors } = await gateway.ask(ALL, { ...examples, email: found.data.s.customer.email });
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Without what is another each time that a provider is asked: when that was, and the token in a link of Meteroid's. */
export const lasting = (answer: unknown): unknown =>
  JSON.parse(
    JSON.stringify(answer, (name, part) => {
      if (name === 'fetchedAt') return undefined;
      return name === 'checkoutUrl' && typeof part === 'string' ? part.split('?')[0] : part;
    }),
  );

/** Names of what tells of somebody, or lets somebody in. */
const PRIVATE = new Set([
  ...['id', 'providerId', 'subscriptionId', 'invoiceId', 'paymentId', 'clientReferenceId', 'idempotencyKey'],
  ...['email', 'firstName', 'lastName', 'phone', 'value', 'description', 'decimal'],
  ...['checkoutUrl', 'successUrl', 'cancelUrl', 'failureUrl', 'url'],
]);
/** Shorter ones stand in random bytes by chance. */
const SHORTEST = 5;

/** Every text of an answer that nobody may read in Redis. */
export function privateTexts(answer: unknown): Set<string> {
  const texts = new Set<string>();
  JSON.stringify(answer, (name, part) => {
    if (PRIVATE.has(name) && typeof part === 'string' && part.length >= SHORTEST) texts.add(part);
    return part;
  });
  return texts;
}

/** All that lies in Redis: the keys, and the fields of those that are hashes. */
export type Content = { key: string; dump: Buffer; fields: Record<string, Buffer> }[];

export async function contentOf({ client }: RedisServer): Promise<Content> {
  const keys: string[] = [];
  for await (const found of client.scanStream({ count: 100 })) keys.push(...(found as string[]));
  return Promise.all(
    keys.map(async (key) => {
      const isHash = (await client.type(key)) === 'hash';
      const [dump, fields] = await Promise.all([client.dumpBuffer(key), isHash ? client.hgetallBuffer(key) : {}]);
      return { key, dump: dump ?? Buffer.alloc(0), fields };
    }),
  );
}

/** The values, as bytes. */
export const valuesIn = (content: Content): Buffer[] =>
  content.flatMap(({ fields }) => Object.keys(fields).flatMap((name) => (isValue(name) ? (fields[name] ?? []) : [])));

export const isValue = (field: string): boolean => field.startsWith('v:');
