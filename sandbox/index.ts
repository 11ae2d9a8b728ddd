import { controlOf, type SandboxControl } from './control.ts';
import { controlListener } from './control-server.ts';
import type { WebhookTarget } from './control-webhooks.ts';
import { FLEX_KEY } from './flex/server.ts';
import { FLEXPRICE_KEY } from './flexprice/server.ts';
import { close, type Listening, listen } from './http.ts';
import { providerListener } from './listener.ts';
import { METEROID_KEY } from './meteroid/server.ts';
import { Stage } from './stage.ts';
import { WEBHOOK_SECRETS } from './webhooks/endpoint.ts';
import { byProvider, PROVIDERS, type ProviderName } from './world.ts';

export type { CallRecord, Traffic } from './calls.ts';
export type { SandboxControl, SandboxState, SessionRef, SessionSearch } from './control.ts';
export type { WebhookControl, WebhookTarget } from './control-webhooks.ts';
export type { EffectCount } from './effects.ts';
export type { Fault, FaultKind, FaultSpec } from './faults.ts';
export { ControlError } from './provider.ts';
export type { HeaderFamily, WebhookEndpoint } from './webhooks/endpoint.ts';
export type { Delivery, DeliveryState } from './webhooks/outbox.ts';
export type { WebhookSwitches } from './webhooks/switches.ts';
export type { ProviderName, Switches } from './world.ts';

export type SandboxOptions = {
  /** What the sessions are made from: the same seed gives the same ids. @default 1 */
  seed?: number;
  /** @default '127.0.0.1' */
  host?: string;
  /** 0 is any free port. @default 0 for each */
  ports?: Partial<Record<ProviderName | 'control', number>>;
  /** How many sessions each provider begins with. @default 300 */
  sessions?: number;
  /** Unix milliseconds at which the sandbox's clock starts. @default Date.now() */
  now?: number;
  /** Where webhooks go from the first moment on; `control.webhookTo` adds further ones. @default nowhere */
  webhooks?: Partial<Record<ProviderName, WebhookTarget | WebhookTarget[]>>;
  /** Whether the clock runs with real time; else it stands still until it is advanced. @default false */
  live?: boolean;
};

export type SandboxProvider = { baseUrl: string; apiKey: string; webhookSecret: string };

export type Sandbox = {
  providers: Record<ProviderName, SandboxProvider>;
  controlUrl: string;
  /** Of each provider the id of an open session with many properties. The same for the same seed. */
  examples: Record<ProviderName, string>;
  /** What the control surface does over HTTP, as functions. */
  control: SandboxControl;
  /** Closes the servers and all their connections, and ends webhooks that are on their way. */
  stop: () => Promise<void>;
};

const LIVE_TICK_MS = 250;

const ACCESS: Record<ProviderName, { path: string; apiKey: string }> = {
  flexprice: { path: '/v1', apiKey: FLEXPRICE_KEY },
  meteroid: { path: '', apiKey: METEROID_KEY },
  flex: { path: '', apiKey: FLEX_KEY },
};

/** Starts all four servers, or none. @throws the system's error when a port cannot be had */
async function listenAll(stage: Stage, options: SandboxOptions): Promise<Record<ProviderName | 'control', Listening>> {
  const host = options.host ?? '127.0.0.1';
  const listening: Partial<Record<ProviderName | 'control', Listening>> = {};
  try {
    for (const name of [...PROVIDERS, 'control'] as const) {
      const listener = name === 'control' ? controlListener(stage) : providerListener(stage, name);
      listening[name] = await listen(listener, host, options.ports?.[name] ?? 0);
    }
  } catch (error) {
    await Promise.all(Object.values(listening).map((one) => close(one.server)));
    throw error;
  }
  return listening as Record<ProviderName | 'control', Listening>;
}

/**
 * Three providers on loopback that behave like the real ones, quirks included.
 *
 * @throws the system's error (EADDRINUSE, say) when a port cannot be had; nothing is left listening then
 * @throws ControlError when webhooks are to go where they cannot
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const stopping = new AbortController();
  const { seed = 1, sessions = 300, live = false, now } = options;
  const stage = new Stage({ seed, sessions, live, now }, stopping.signal);
  const control = controlOf(stage);
  for (const provider of PROVIDERS) {
    for (const target of [options.webhooks?.[provider] ?? []].flat()) control.webhookTo({ ...target, provider });
  }
  const listening = await listenAll(stage, options);
  const ticking = live ? setInterval(() => stage.tick(), LIVE_TICK_MS).unref() : undefined;

  const providers = byProvider((name) => {
    const { path, apiKey } = ACCESS[name];
    return { baseUrl: listening[name].url + path, apiKey, webhookSecret: WEBHOOK_SECRETS[name] };
  });

  return {
    providers,
    controlUrl: listening.control.url,
    examples: control.state().examples,
    control,
    stop: async () => {
      clearInterval(ticking);
      stopping.abort();
      await Promise.all(Object.values(listening).map((one) => close(one.server)));
    },
  };
}
