import { Webhook } from 'standardwebhooks';
import type { ProviderName } from '../world.ts';

/** What the three header names begin with, before `-id`, `-timestamp` and `-signature`. */
export const HEADER_FAMILIES = ['svix', 'flex-event'] as const;
export type HeaderFamily = (typeof HEADER_FAMILIES)[number];

export type WebhookEndpoint = { provider: ProviderName; url: string; secret: string; headers: HeaderFamily };

const secretOf = (prefix: string, name: ProviderName): string =>
  prefix + Buffer.from(`sandbox webhook secret of ${name}`.padEnd(36, '.')).toString('base64');

/** What is signed with when no secret is named. No secrets at all: they are the same everywhere. */
export const WEBHOOK_SECRETS: Readonly<Record<ProviderName, string>> = {
  flexprice: secretOf('whsec_', 'flexprice'),
  meteroid: secretOf('whsec_', 'meteroid'),
  flex: secretOf('fwhsec_', 'flex'),
};

/** Nothing leaves the machine, so webhooks do not either. */
export function isOnLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The signer of a secret; undefined when it is none of that provider. The library knows the prefix `whsec_` only. */
export function signerOf(provider: ProviderName, secret: string): Webhook | undefined {
  const base64 = (provider === 'flex' ? /^f?whsec_(.+)$/ : /^whsec_(.+)$/).exec(secret)?.[1];
  if (base64 === undefined) return undefined;
  try {
    return new Webhook(base64);
  } catch {
    return undefined;
  }
}
