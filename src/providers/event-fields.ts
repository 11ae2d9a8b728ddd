import { isProviderId } from '../checkout/global-id.ts';
import type { EventSubject } from '../checkout/provider-event.ts';
import type { SessionStatus } from '../checkout/status.ts';
import { versionOf } from '../checkout/version.ts';

// What webhooks say is a hint, and what is odd in one costs the hint alone: so nothing here throws or reports.

/** Characters of the longest word and id that a provider can mean. */
const MAX_CHARACTERS = 200;
const CONTROL = /\p{Cc}/u;

/** A property of what may be anything; never an inherited one. */
export const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** A word of the provider's vocabulary; the empty text for what cannot be one. */
export const wordOf = (value: unknown): string => (isShortText(value) ? value : '');

/** The first of the values that can be an id of something: it is only ever sent back to the provider. */
export const firstId = (...values: unknown[]): string | null => values.find(isId) ?? null;

/**
 * What an object's property refers to: the id itself, or one of the properties of the expanded object.
 * @returns null when that is no id
 */
export function referredId(reference: unknown, ...names: string[]): string | null {
  return firstId(reference, ...names.map((name) => property(reference, name)));
}

/** The session of that id; null when it can be none. */
export function sessionSubject(id: unknown, status: SessionStatus = 'UNKNOWN'): EventSubject | null {
  if (typeof id !== 'string' || !isProviderId(id)) return null;
  // No event tells when the session was changed last.
  const shown = status === 'UNKNOWN' ? null : versionOf({ updatedAt: null, status, isArchived: false });
  return { is: 'SESSION', providerId: id, shown };
}

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_CHARACTERS && !CONTROL.test(value) && value.isWellFormed();

const isId = (value: unknown): value is string => isShortText(value) && value !== '';
