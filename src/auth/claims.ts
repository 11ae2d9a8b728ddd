import { type BoundCustomer, type Caller, SCOPES } from '../checkout/caller.ts';
import { PROVIDER_NAMES } from '../checkout/provider-name.ts';

/** Claims that no caller can be made of. The word is for the log, and holds nothing of what came. */
export class BadClaims extends Error {
  override readonly name = 'BadClaims';
}

type Claims = Readonly<Record<string, unknown>>;

/** Characters. The caller's name is kept with each change, and OpenID Connect has subjects end there too. */
const MAX_SUBJECT = 255;

const MAX_CUSTOMERS = 1000;
const MAX_CUSTOMER_ID = 255;

/**
 * The caller that a token speaks of, its signature and dates having been checked.
 *
 * @throws BadClaims
 */
export function callerOf(claims: Claims, issuer: string): Caller {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub.length === 0 || sub.length > MAX_SUBJECT) throw new BadClaims('sub');
  return { name: `jwt:${issuer}|${sub}`, scopes: scopesIn(claims), customers: customersIn(claims) };
}

/** Words of other services are skipped: one token may be good for several. */
function scopesIn(claims: Claims): Caller['scopes'] {
  const words = new Set(['scope', 'scp', 'scopes'].flatMap((name) => wordsIn(name, claims[name])));
  return new Set(SCOPES.filter((known) => words.has(known)));
}

/** Issuers differ in which of the claims they write, and in whether it is one text or a list. */
function wordsIn(name: string, claim: unknown): unknown[] {
  if (claim === undefined) return [];
  if (typeof claim === 'string') return claim.split(' ');
  if (!Array.isArray(claim) || claim.some((word) => typeof word !== 'string')) throw new BadClaims(name);
  return claim;
}

/** Whatever is wrong with the claim, `null` as well, must not end in seeing everything: that is for who has none. */
function customersIn({ checkout_customers: claim }: Claims): Caller['customers'] {
  if (claim === undefined) return null;
  if (!Array.isArray(claim) || claim.length > MAX_CUSTOMERS) throw new BadClaims('checkout_customers');
  return claim.map(customerIn);
}

function customerIn(entry: unknown): BoundCustomer {
  const { provider: name, id, externalId }: Record<string, unknown> = Object(entry);
  const provider = PROVIDER_NAMES.find((known) => typeof name === 'string' && known === name.toUpperCase());
  if (!provider || !isId(id)) throw new BadClaims('checkout_customers');
  if (externalId === undefined) return { provider, id };
  if (!isId(externalId)) throw new BadClaims('checkout_customers');
  return { provider, id, externalId };
}

const isId = (id: unknown): id is string => typeof id === 'string' && id !== '' && id.length <= MAX_CUSTOMER_ID;
