import { afterAll, afterEach, beforeAll } from 'vitest';
import type { FaultSpec, Sandbox } from '../../sandbox/index.ts';
import type { Change, ChangeAnswer, ChangeKind, Finding, Unanswered } from '../../src/checkout/change.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import { type CallContext, NO_EXPANSION, type Provider } from '../../src/checkout/provider.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { createUpstream, type Upstream } from '../../src/upstream/index.ts';
import { recordLog } from '../helpers/log.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

export const SANDBOX_NAMES = { FLEXPRICE: 'flexprice', METEROID: 'meteroid', FLEX: 'flex' } as const;

/** A provider that the sandbox plays. */
export type SandboxedName = keyof typeof SANDBOX_NAMES;

/** A handler of whichever kind. */
export type AnyHandler = {
  send(change: Change, key: string, call: CallContext): Promise<ChangeAnswer>;
  resendWithinMs: number;
  find?(change: Change, unanswered: Unanswered, call: CallContext): Promise<Finding>;
};

export type ChangesRig = {
  readonly sandbox: Sandbox;
  readonly log: string[];
  provider(name: SandboxedName): Provider;
  handler(name: SandboxedName, kind: ChangeKind): AnyHandler | undefined;
  /** Sends a change as the operation of this key would, for a caller who has so many milliseconds. */
  send(name: SandboxedName, change: Change, key?: string, patience?: number): Promise<ChangeAnswer>;
  /** The error that sending ends in. */
  fail(...sent: Parameters<ChangesRig['send']>): Promise<GatewayError>;
  /** Sees to it that there is a connection to the provider. */
  connect(name: SandboxedName): Promise<unknown>;
  /** The last call that the provider got. */
  lastCall(name: SandboxedName): ReturnType<Sandbox['control']['calls']>[number];
  /** How often each operation was really made. */
  effects(name: SandboxedName): Record<string, number>;
  fault(name: SandboxedName, spec: Omit<FaultSpec, 'provider'>): void;
  /** Epoch milliseconds of the sandbox's clock, which is the providers' too. */
  now(): number;
};

export const callContext = (patience = 60_000): CallContext => ({
  deadline: Date.now() + patience,
  requestId: 'req-1',
});

/** Every provider over real HTTP against the sandbox, as the gateway makes them; before each test all is as new. */
export function changesRig(options: { sessions?: number } = {}): ChangesRig {
  let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
  const upstreams: Upstream[] = [];
  const providers = new Map<SandboxedName, Provider>();
  const { log, lines } = recordLog();
  const now = () => Date.parse(sandbox.control.state().now);

  beforeAll(async () => {
    sandbox = await startTestSandbox(options);
    for (const name of ['FLEXPRICE', 'METEROID', 'FLEX'] as const) {
      const { create, headers } = PROVIDERS[name];
      const { baseUrl, apiKey } = sandbox.addresses[name];
      const upstream = createUpstream({
        provider: name,
        baseUrl,
        headers: headers({ apiKey }),
        log,
        // Every case may fail as it likes: the breaker has its own tests.
        policy: { breakerMinimumCalls: 1e6, backoffMs: 1, changeDeadlineMs: 2000 },
      });
      upstreams.push(upstream);
      providers.set(name, create({ upstream, log, now }));
    }
  });
  afterEach(() => {
    sandbox.control.reset();
    lines.length = 0;
  });
  afterAll(async () => {
    for (const upstream of upstreams) upstream.close();
    await sandbox.stop();
  });

  const provider = (name: SandboxedName) => providers.get(name) as Provider;
  const handler = (name: SandboxedName, kind: ChangeKind) => provider(name).changes?.[kind] as AnyHandler | undefined;
  const send: ChangesRig['send'] = async (name, change, key = 'key-1', patience) => {
    const found = handler(name, change.kind);
    if (!found) throw new Error(`${name} has no ${change.kind}.`);
    return found.send(change, key, callContext(patience));
  };
  return {
    get sandbox() {
      return sandbox;
    },
    log: lines,
    provider,
    handler,
    send,
    async fail(...sent) {
      const error = await send(...sent).catch((reason: unknown) => reason);
      if (error instanceof GatewayError) return error;
      throw new Error(`Expected a GatewayError, got ${JSON.stringify(error)} ${error}.`);
    },
    connect: (name) => provider(name).getSession('none', NO_EXPANSION, callContext()),
    lastCall(name) {
      const last = sandbox.control.calls({ provider: SANDBOX_NAMES[name] }).at(-1);
      if (!last) throw new Error('There was no call.');
      return last;
    },
    effects: (name) => {
      const counts: Record<string, number> = {};
      for (const { operation, count } of sandbox.control.effects({ provider: SANDBOX_NAMES[name] })) {
        counts[operation] = (counts[operation] ?? 0) + count;
      }
      return counts;
    },
    fault: (name, spec) => void sandbox.control.fault({ provider: SANDBOX_NAMES[name], ...spec }),
    now,
  };
}
