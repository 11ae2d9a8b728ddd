import type { CallRecord, Traffic } from './calls.ts';
import { readControl } from './control-input.ts';
import { type WebhookControl, webhookControlOf } from './control-webhooks.ts';
import type { EffectCount } from './effects.ts';
import type { Fault, FaultSpec } from './faults.ts';
import { ControlError, type Json } from './provider.ts';
import type { Stage } from './stage.ts';
import type { WebhookEndpoint } from './webhooks/endpoint.ts';
import type { WebhookSwitches } from './webhooks/switches.ts';
import { byProvider, type ProviderName, type Switches } from './world.ts';

export type SessionRef = { provider: ProviderName; id: string };
export type Selection = { provider?: ProviderName | undefined };

export type SessionSearch = {
  provider: ProviderName;
  where?: Json | undefined;
  limit?: number | undefined;
};

export type SandboxState = {
  /** The sandbox's time, ISO. */
  now: string;
  seed: number;
  live: boolean;
  switches: Switches;
  /** Sessions of each status. */
  sessions: Record<ProviderName, Record<string, number>>;
  traffic: Record<ProviderName, Traffic>;
  examples: Record<ProviderName, string>;
  faults: Fault[];
  webhooks: {
    endpoints: Omit<WebhookEndpoint, 'secret'>[];
    switches: Record<ProviderName, WebhookSwitches>;
  };
};

/**
 * What the world does to the providers, and what can be seen of them. Each function takes what `POST /<name>` takes as
 * its body. Sessions are answered as the provider's GET would show them now, without envelope.
 */
export type SandboxControl = {
  state: () => SandboxState;
  /** Lets the sandbox's time pass, and everything happen that is due. */
  advance: (input: { seconds: number }) => { now: string };
  session: (input: SessionRef) => Json | null;
  /**
   * Sessions, newest first: those whose properties equal all of `where`. The only way to see what Flexprice, which has
   * no list, was seeded with. @default limit 100
   */
  sessions: (input: SessionSearch) => Json[];
  /** The customer pays, or takes the step that is left. */
  pay: (input: SessionRef) => Json;
  /** A payment attempt fails. */
  fail: (input: SessionRef) => Json;
  expire: (input: SessionRef) => Json;
  cancel: (input: SessionRef) => Json;
  /** Puts a session into the provider's store; all further properties are shown as given. */
  create: (input: { provider: ProviderName } & Json) => Json;
  /** Overrides what GET answers; properties that are unset, or set to undefined, are left out. */
  patch: (input: SessionRef & { set?: Json | undefined; unset?: string[] | undefined }) => Json;
  /** Makes a session vanish. */
  remove: (input: SessionRef) => { removed: string };
  fault: (input: FaultSpec) => Fault;
  clearFaults: () => { cleared: number };
  calls: (input?: Selection) => CallRecord[];
  effects: (input?: Selection) => EffectCount[];
  /** Changes how providers behave; answers all switches. */
  switches: (input: Partial<Switches>) => Switches;
  /** Puts everything back to the beginning: sessions, clock, faults, logs, switches; webhook endpoints stay. */
  reset: () => { now: string };
} & WebhookControl;

function stateOf(stage: Stage): SandboxState {
  return {
    now: nowOf(stage),
    seed: stage.options.seed,
    live: stage.options.live,
    switches: { ...stage.world.switches },
    sessions: byProvider((name) => stage.provider(name).counts()),
    traffic: byProvider((name) => ({ ...stage.calls.traffic(name) })),
    examples: byProvider((name) => stage.provider(name).example),
    faults: stage.faults.list(),
    webhooks: {
      endpoints: stage.outbox.endpoints().map(({ secret: _, ...shown }) => shown),
      switches: stage.outbox.switches(),
    },
  };
}

function search(stage: Stage, input: SessionSearch): Json[] {
  const { provider, where = {}, limit = 100 } = readControl('sessions', input);
  const wanted = Object.entries(where).map(([name, value]) => [name, JSON.stringify(value)] as const);
  const found: Json[] = [];
  for (const session of stage.provider(provider).handles.sessions()) {
    if (found.length === limit) break;
    if (wanted.every(([name, text]) => JSON.stringify(session[name]) === text)) found.push(session);
  }
  return found;
}

const nowOf = (stage: Stage): string => new Date(stage.world.clock.now()).toISOString();

/** Faults are checked before they are kept: a bad regular expression must not break every later call. */
function addFault(stage: Stage, input: FaultSpec): Fault {
  const spec = readControl('fault', input);
  try {
    return { ...stage.faults.add(spec) };
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ControlError(400, `match.path: expected a regular expression, got ${spec.match?.path}`);
    throw error;
  }
}

function patchOf(input: { set?: Json | undefined; unset?: string[] | undefined }): { set: Json; unset: string[] } {
  return { set: input.set ?? {}, unset: input.unset ?? [] };
}

/** @throws ControlError for input that it cannot do anything with, with a sentence that says what was expected */
export function controlOf(stage: Stage): SandboxControl {
  const handle = (verb: 'pay' | 'fail' | 'expire' | 'cancel') => (input: SessionRef) => {
    const { provider, id } = readControl('session', input);
    return stage.provider(provider).handles[verb](id);
  };
  return {
    ...webhookControlOf(stage),
    state: () => stateOf(stage),
    advance: (input) => {
      stage.world.clock.advance(Math.round(readControl('advance', input).seconds * 1000));
      return { now: nowOf(stage) };
    },
    session: (input) => {
      const { provider, id } = readControl('session', input);
      return stage.provider(provider).handles.session(id) ?? null;
    },
    sessions: (input) => search(stage, input),
    pay: handle('pay'),
    fail: handle('fail'),
    expire: handle('expire'),
    cancel: handle('cancel'),
    create: (input) => {
      const { provider, ...overrides } = readControl('create', input);
      return stage.provider(provider).handles.create(overrides);
    },
    patch: (input) => {
      const { provider, id, ...patch } = readControl('patch', input);
      return stage.provider(provider).handles.patch(id, patchOf(patch));
    },
    remove: (input) => {
      const { provider, id } = readControl('session', input);
      stage.provider(provider).handles.remove(id);
      return { removed: id };
    },
    fault: (input) => addFault(stage, input),
    clearFaults: () => {
      const cleared = stage.faults.list().length;
      stage.faults.clear();
      return { cleared };
    },
    calls: (input) => stage.calls.list(readControl('selection', input ?? {}).provider),
    effects: (input) => stage.effects.list(readControl('selection', input ?? {}).provider),
    switches: (input) => Object.assign(stage.world.switches, readControl('switches', input)),
    reset: () => {
      stage.reset();
      return { now: nowOf(stage) };
    },
  };
}
