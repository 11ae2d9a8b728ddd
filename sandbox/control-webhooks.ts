import { readControl } from './control-input.ts';
import { ControlError } from './provider.ts';
import type { Stage } from './stage.ts';
import { type HeaderFamily, WEBHOOK_SECRETS, type WebhookEndpoint } from './webhooks/endpoint.ts';
import type { Delivery } from './webhooks/outbox.ts';
import type { WebhookSwitches } from './webhooks/switches.ts';
import { PROVIDERS, type ProviderName } from './world.ts';

export type WebhookTarget = {
  /** On loopback, without TLS. */
  url: string;
  /** @default the provider's `webhookSecret` */
  secret?: string | undefined;
  /** Flex's older endpoints get `flex-event-*`. @default 'svix' */
  headers?: HeaderFamily | undefined;
};

/** Where the providers send their webhooks, and what goes wrong with them. */
export type WebhookControl = {
  /** Adds an endpoint; one of the same provider and address is replaced. It stays through `reset`. */
  webhookTo: (input: { provider: ProviderName } & WebhookTarget) => WebhookEndpoint;
  /** Takes endpoints away; what is still on its way to them is dropped. */
  clearWebhooks: (input?: { provider?: ProviderName | undefined; url?: string | undefined }) => { cleared: number };
  /** What was sent or is to be, the last 10,000, the oldest first. */
  webhooks: (input?: { provider?: ProviderName | undefined; id?: string | undefined }) => Delivery[];
  /** Sends an event again at once, to one address or to all that it was meant for; also one that was dropped. */
  redeliver: (input: { id: string; url?: string | undefined }) => Delivery[];
  /**
   * Sends an event of whatever type about a session as it is now, whether anything happened to it or not. The way to
   * make events for sessions that `create` has put there, and of types that nobody knows.
   */
  tell: (input: { provider: ProviderName; id: string; type: string }) => Delivery[];
  /** Changes how the webhooks of one provider, or of all, go wrong; answers the switches of all. */
  webhookSwitches: (
    input: { provider?: ProviderName | undefined } & Partial<WebhookSwitches>,
  ) => Record<ProviderName, WebhookSwitches>;
};

function tell(stage: Stage, input: { provider: ProviderName; id: string; type: string }): Delivery[] {
  const { provider, id, type } = readControl('tell', input);
  const { handles, webhooks } = stage.provider(provider);
  if (handles.session(id) === undefined) throw new ControlError(404, `${provider} has no session ${id}.`);
  const message = webhooks.message(type, id);
  if (message === undefined) throw new ControlError(409, `Session ${id} has nothing that ${type} could be about.`);
  return stage.outbox.send({ provider, type, id, atMs: stage.world.clock.now() }, message);
}

function list(stage: Stage, input: unknown): Delivery[] {
  const { provider, id } = readControl('webhooks', input ?? {});
  return stage.outbox
    .list()
    .filter((one) => (provider === undefined || one.provider === provider) && (id === undefined || one.id === id));
}

export function webhookControlOf(stage: Stage): WebhookControl {
  return {
    webhookTo: (input) => {
      const { provider, url, secret, headers } = readControl('webhookTo', input);
      const endpoint: WebhookEndpoint = {
        provider,
        url,
        secret: secret ?? WEBHOOK_SECRETS[provider],
        headers: headers ?? 'svix',
      };
      stage.outbox.add(endpoint);
      return endpoint;
    },
    clearWebhooks: (input) => {
      const { provider, url } = readControl('clearWebhooks', input ?? {});
      return { cleared: stage.outbox.remove(provider, url) };
    },
    webhooks: (input) => list(stage, input),
    redeliver: (input) => {
      const { id, url } = readControl('redeliver', input);
      const again = stage.outbox.redeliver(id, url);
      if (again.length === 0) throw new ControlError(404, `No webhook ${id} was made.`);
      return again;
    },
    tell: (input) => tell(stage, input),
    webhookSwitches: (input) => {
      const { provider, ...changes } = readControl('webhookSwitches', input);
      for (const name of provider === undefined ? PROVIDERS : [provider]) stage.outbox.change(name, changes);
      return stage.outbox.switches();
    },
  };
}
