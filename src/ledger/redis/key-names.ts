import { hash } from 'node:crypto';
import type { ProviderName } from '../../checkout/provider-name.ts';

/** The form of what is kept in Redis. Part of every key's name, so a release never reads another one's form. */
const LEDGER_FORMAT = 1;
const PREFIX = `checkout-gateway:ledger:${LEDGER_FORMAT}`;

/** 132 bits: two texts never share one. */
const digest = (...texts: string[]): string =>
  hash('sha256', JSON.stringify(texts), 'base64url').slice(0, DIGEST_LENGTH);

export const DIGEST_LENGTH = 22;

/** Stands for an account in what lies in Redis. */
export const accountText = (provider: ProviderName, account: string): string => digest('account', provider, account);

/** The two keys of an account's index. What stands in braces decides the slot, so they are always in the same one. */
export function indexKeys(provider: ProviderName, account: string): [rows: string, order: string] {
  const tag = `${PREFIX}:{index:${accountText(provider, account)}}`;
  return [`${tag}:rows`, `${tag}:order`];
}

/** Where it is kept that an account's index has not been emptied. It goes when all of Redis is emptied. */
export const indexMarkKey = (provider: ProviderName, account: string): string =>
  `${PREFIX}:{index:${accountText(provider, account)}}:mark`;

/**
 * The slots that operations are spread over: what begins one touches several keys, but all operations in one slot would
 * be a lot for one node to have, and to hand over when slots move.
 */
export const PARTS = Array.from({ length: 16 }, (_, number) => number);

/** The part with all operations that have a key of a caller. Nothing can be told from it about either. */
export const partOf = (caller: string, idempotencyKey: string): number =>
  (hash('sha256', JSON.stringify(['part', caller, idempotencyKey]), 'buffer')[0] ?? 0) % PARTS.length;

export const operationKey = (part: number, id: string): string => `${PREFIX}:{operations:${part}}:id:${id}`;

/** Where a part keeps what is unfinished. */
export const leftKey = (part: number): string => `${PREFIX}:{operations:${part}}:left`;

export const claimKey = (provider: ProviderName, account: string, providerId: string): string =>
  `${PREFIX}:claim:${digest('claim', provider, account, providerId)}`;

/** Names an event within its account. Nothing can be told from it about the event's id. */
export const eventName = (eventId: string): string => digest('event', eventId);

/** The part of its account's events that an event is in; by its name, so that who has that needs no more. */
export const partOfEvent = (name: string): number => (Buffer.from(name, 'base64url')[0] ?? 0) % PARTS.length;

/**
 * The two keys that are changed when an event is: its own, and where its part keeps what waits to be applied. Each
 * account has keys of its own, so that nobody steps over what waits for a gateway that is gone, and that goes away whole.
 */
export function inboxKeys(account: string, name: string): [event: string, waiting: string] {
  const part = partOfEvent(name);
  return [`${inboxTag(account, part)}:id:${name}`, waitingKey(account, part)];
}

export const waitingKey = (account: string, part: number): string => `${inboxTag(account, part)}:waiting`;

/** @param account as `accountText` has it */
const inboxTag = (account: string, part: number): string => `${PREFIX}:{inbox:${account}:${part}}`;

export const toldKey = (provider: ProviderName, account: string, providerId: string): string =>
  `${PREFIX}:told:${digest('told', provider, account, providerId)}`;
