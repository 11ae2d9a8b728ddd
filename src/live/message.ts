import { isProviderId } from '../checkout/global-id.ts';
import { PROVIDER_FACTS, type ProviderName } from '../checkout/provider-name.ts';
import type { SessionStatus } from '../checkout/status.ts';
import type { ChangeNotice, ChangeTrigger } from './broker.ts';

/**
 * Of what replicas tell each other. Replicas of two releases run side by side for a while: a field or a word that the
 * older does not know needs a new number, and so another channel.
 */
export const MESSAGE_FORMAT = 1;

/** The longest has some 400 characters. */
const MAX_LENGTH = 1024;

export type LiveMessage = {
  /** The process that publishes. */
  sender: string;
  /** The account of the notice's provider. */
  account: string;
  notice: ChangeNotice;
};

export function encodeMessage({ sender, account, notice }: LiveMessage): string {
  const { provider, providerId, previousStatus, trigger, at } = notice;
  return JSON.stringify({ v: MESSAGE_FORMAT, sender, account, provider, providerId, previousStatus, trigger, at });
}

/** Null when it is not one of this format: whoever reaches the Redis can publish. */
export function decodeMessage(text: string): LiveMessage | null {
  const fields = text.length <= MAX_LENGTH ? parse(text) : undefined;
  if (typeof fields !== 'object' || fields === null) return null;
  const { v, sender, account, provider, providerId, previousStatus, trigger, at } = fields as Record<string, unknown>;
  if (v !== MESSAGE_FORMAT || typeof sender !== 'string' || typeof account !== 'string') return null;
  if (!isWordOf(PROVIDER_FACTS, provider) || typeof providerId !== 'string' || !isProviderId(providerId)) return null;
  if (previousStatus !== null && !isWordOf(STATUSES, previousStatus)) return null;
  if (!isWordOf(TRIGGERS, trigger) || !isTime(at)) return null;
  return { sender, account, notice: { provider, providerId, previousStatus, trigger, at } };
}

const STATUSES: Record<SessionStatus, true> = {
  OPEN: true,
  PROCESSING: true,
  COMPLETED: true,
  EXPIRED: true,
  CANCELED: true,
  FAILED: true,
  UNKNOWN: true,
};
const TRIGGERS: Record<ChangeTrigger, true> = { WEBHOOK: true, MUTATION: true, POLL: true };

const isWordOf = <T extends ProviderName | SessionStatus | ChangeTrigger>(
  words: Readonly<Record<T, unknown>>,
  word: unknown,
): word is T => typeof word === 'string' && Object.hasOwn(words, word);

/** What a Date can hold. */
const isTime = (at: unknown): at is number => Number.isInteger(at) && Math.abs(at as number) <= 8.64e15;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
