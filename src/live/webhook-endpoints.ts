import type { Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { InboxWorker, Received } from './inbox-worker.ts';
import { createVerifier, type SignatureHeaders, type Verification } from './signature.ts';

/** What the webhooks of one provider are handed to. */
export type WebhookEndpoint = {
  verify(rawBody: Buffer, headers: SignatureHeaders): Verification;
  /** The provider's word for what happened, empty when there is none. */
  typeOf(body: object): string;
  /** @throws LedgerError when it cannot be written down */
  receive(event: { eventId: string; body: object }): Promise<Received>;
};

function verifierOf(
  name: ProviderName,
  options: Parameters<typeof createVerifier>[0],
): ReturnType<typeof createVerifier> {
  try {
    return createVerifier(options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const expected = `${options.prefixes.join(' or ')} and base64, or base64 alone`;
    throw new Error(`${name}_WEBHOOK_SECRET: expected ${expected}, got something else.`);
  }
}

/**
 * Of providers whose webhooks can be believed: those whose secret is known.
 * @param secrets several of one provider while one is replaced by another
 */
export function webhookEndpoints(
  providers: Iterable<Provider>,
  secrets: (name: ProviderName) => readonly string[],
  worker: Pick<InboxWorker, 'receive'>,
): Partial<Record<ProviderName, WebhookEndpoint>> {
  const endpoints: Partial<Record<ProviderName, WebhookEndpoint>> = {};
  for (const provider of providers) {
    const { webhook, name } = provider;
    const known = secrets(name);
    if (!webhook || known.length === 0) continue;
    const { headerFamilies: families, secretPrefixes: prefixes } = webhook;
    endpoints[name] = {
      verify: verifierOf(name, { families, prefixes, secrets: known }),
      typeOf: (body) => webhook.read(body).type,
      receive: ({ eventId, body }) => worker.receive(provider, eventId, body),
    };
  }
  return endpoints;
}
