import type { ProviderName } from '../checkout/session.ts';
import type { Config } from '../config.ts';

/** The configuration to run with, and what of it is made up. */
export type Sandboxed = {
  config: Config;
  /** A first query that this gateway can answer. */
  exampleQuery: string;
  /** Where the sandbox is told what shall happen; null when the providers are real. */
  controlUrl: string | null;
  /** Has the providers that are made up send their webhooks to a gateway. */
  sendWebhooksTo(gatewayUrl: string): void;
  stop(): Promise<void>;
};

// Any seed would do; always the same one makes the ids in the README true on every machine.
const SEED = 1;

/** Starts the sandbox, three provider servers on loopback, when no provider has a key. */
export async function withSandbox(config: Config): Promise<Sandboxed> {
  if (Object.keys(config.providers).length > 0) {
    return { config, exampleQuery: LIST_QUERY, controlUrl: null, sendWebhooksTo: () => {}, stop: async () => {} };
  }
  // Loaded only here: with real providers, nothing of the sandbox is in the process.
  const { startSandbox } = await import('../../sandbox/index.ts');
  const { providers, examples, control, controlUrl, stop } = await startSandbox({ seed: SEED, live: true });
  const { flexprice, meteroid, flex } = providers;
  return {
    config: {
      ...config,
      // The sandbox's sessions are gone with the process: what is remembered of them must be too.
      dataDir: null,
      providers: { FLEXPRICE: settingsOf(flexprice), METEROID: settingsOf(meteroid), FLEX: settingsOf(flex) },
      secrets: [
        ...config.secrets,
        ...Object.values(providers).flatMap(({ apiKey, webhookSecret }) => [apiKey, webhookSecret]),
      ],
    },
    exampleQuery: oneOfEach({ FLEXPRICE: examples.flexprice, METEROID: examples.meteroid, FLEX: examples.flex }),
    controlUrl,
    sendWebhooksTo(gatewayUrl) {
      for (const provider of ['flexprice', 'meteroid', 'flex'] as const) {
        control.webhookTo({ provider, url: `${gatewayUrl}/webhooks/${provider}` });
      }
    },
    stop,
  };
}

const settingsOf = ({
  apiKey,
  baseUrl,
  webhookSecret,
}: {
  apiKey: string;
  baseUrl: string;
  webhookSecret: string;
}) => ({
  apiKey,
  baseUrl,
  webhookSecrets: [webhookSecret],
});

const LIST_QUERY = `{
  checkoutSessions(first: 5) {
    nodes { provider id status checkoutUrl createdAt customer { id } amounts { total { decimal currency } } }
    sources { provider state message }
  }
}`;

function oneOfEach(ids: Partial<Record<ProviderName, string>>): string {
  const fields = Object.entries(ids).map(
    ([
      provider,
      id,
    ]) => `  ${provider.toLowerCase()}: checkoutSessionByProviderId(provider: ${provider}, providerId: "${id}") {
    ...Session
  }`,
  );
  return `{
${fields.join('\n')}
}

fragment Session on CheckoutSession {
  id status providerStatus mode checkoutUrl createdAt expiresAt isExpired availableActions
  customer { id email }
  amounts { total { decimal currency } }
  details {
    ... on FlexpriceCheckoutDetails { action paymentProvider configuration { createSubscription { planId } } }
    ... on MeteroidCheckoutDetails { checkoutType planVersionId trialDurationDays }
    ... on FlexCheckoutDetails { hsaFsaEligible captureMethod lineItems { description quantity total { decimal } } }
  }
}`;
}
