import { controlOf, type SandboxControl } from './control.ts';
import { controlListener } from './control-server.ts';
import { FLEX_KEY } from './flex/server.ts';
import { FLEXPRICE_KEY } from './flexprice/server.ts';
import { close, type Listening, listen } from './http.ts';
import { providerListener } from './listener.ts';
import { METEROID_KEY } from './meteroid/server.ts';
import { Stage } from './stage.ts';
import { PROVIDERS, type ProviderName } from './world.ts';

export type { CallRecord, Traffic } from './calls.ts';
export type { SandboxControl, SandboxState, SessionRef, SessionSearch } from './control.ts';
export type { EffectCount } from './effects.ts';
export type { Fault, FaultKind, FaultSpec } from './faults.ts';
export { ControlError } from './provider.ts';
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
  /** Closes the servers and all their connections. */
  stop: () => Promise<void>;
};

const LIVE_TICK_MS = 250;

const secret = (prefix: string, name: string): string =>
  prefix + Buffer.from(`sandbox webhook secret of ${name}`.padEnd(36, '.')).toString('base64');

const ACCESS: Record<ProviderName, { path: string; apiKey: string; webhookSecret: string }> = {
  flexprice: { path: '/v1', apiKey: FLEXPRICE_KEY, webhookSecret: secret('whsec_', 'flexprice') },
  meteroid: { path: '', apiKey: METEROID_KEY, webhookSecret: secret('whsec_', 'meteroid') },
  flex: { path: '', apiKey: FLEX_KEY, webhookSecret: secret('fwhsec_', 'flex') },
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
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const stopping = new AbortController();
  const { seed = 1, sessions = 300, live = false, now } = options;
  const stage = new Stage({ seed, sessions, live, now }, stopping.signal);
  const listening = await listenAll(stage, options);
  const ticking = live ? setInterval(() => stage.tick(), LIVE_TICK_MS).unref() : undefined;

  const providers = Object.fromEntries(
    PROVIDERS.map((name) => {
      const { path, apiKey, webhookSecret } = ACCESS[name];
      return [name, { baseUrl: listening[name].url + path, apiKey, webhookSecret }];
    }),
  ) as Sandbox['providers'];

  return {
    providers,
    controlUrl: listening.control.url,
    examples: controlOf(stage).state().examples,
    control: controlOf(stage),
    stop: async () => {
      clearInterval(ticking);
      stopping.abort();
      await Promise.all(Object.values(listening).map((one) => close(one.server)));
    },
  };
}
