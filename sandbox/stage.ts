import { Calls } from './calls.ts';
import { Clock } from './clock.ts';
import { Effects } from './effects.ts';
import { Faults } from './faults.ts';
import { flexSandbox } from './flex/server.ts';
import { flexpriceSandbox } from './flexprice/server.ts';
import { meteroidSandbox } from './meteroid/server.ts';
import { People } from './people.ts';
import type { ProviderSandbox } from './provider.ts';
import { Outbox } from './webhooks/outbox.ts';
import type { ProviderName, SandboxEvent, Switches, World } from './world.ts';

export type StageOptions = {
  seed: number;
  sessions: number;
  live: boolean;
  /** Unix milliseconds of the beginning; the present when undefined. */
  now: number | undefined;
};

type Scene = {
  world: World;
  providers: Record<ProviderName, ProviderSandbox>;
  faults: Faults;
  calls: Calls;
  effects: Effects;
};

const defaultSwitches = (live: boolean): Switches => ({
  flexpriceResults: false,
  flexpriceLinkDelayMs: 1000,
  flexTime: 'seconds',
  flexEventTypes: 'dotted',
  customers: live,
});

function build(options: StageOptions, onEvent: (event: SandboxEvent) => void): Scene {
  const { seed, sessions } = options;
  const world: World = {
    seed,
    sessions,
    clock: new Clock(Math.round(options.now ?? Date.now())),
    people: new People(seed, Math.min(2000, Math.max(8, Math.ceil(sessions / 6)))),
    switches: defaultSwitches(options.live),
    onEvent,
  };
  return {
    world,
    providers: { flexprice: flexpriceSandbox(world), meteroid: meteroidSandbox(world), flex: flexSandbox(world) },
    faults: new Faults(seed),
    calls: new Calls(),
    effects: new Effects(),
  };
}

/** Everything that a reset puts back, behind one object that stays. */
export class Stage {
  readonly options: StageOptions;
  /** Aborted when the sandbox stops, so that nobody sleeps on. */
  readonly stopped: AbortSignal;
  readonly outbox: Outbox;
  #scene: Scene;
  #lastReal = performance.now();

  constructor(options: StageOptions, stopped: AbortSignal) {
    this.options = options;
    this.stopped = stopped;
    this.outbox = new Outbox(options.seed, stopped);
    this.#scene = build(options, (event) => this.#tell(event));
  }

  get world(): World {
    return this.#scene.world;
  }

  get faults(): Faults {
    return this.#scene.faults;
  }

  get calls(): Calls {
    return this.#scene.calls;
  }

  get effects(): Effects {
    return this.#scene.effects;
  }

  provider(name: ProviderName): ProviderSandbox {
    return this.#scene.providers[name];
  }

  /** In a live sandbox: lets the clock catch up with real time. */
  tick(): void {
    if (!this.options.live) return;
    const elapsed = Math.floor(performance.now() - this.#lastReal);
    this.world.clock.advance(elapsed);
    this.#lastReal += elapsed;
  }

  reset(): void {
    this.outbox.reset();
    this.#scene = build(this.options, (event) => this.#tell(event));
    this.#lastReal = performance.now();
  }

  #tell(event: SandboxEvent): void {
    const { webhooks } = this.provider(event.provider);
    // What nobody listens to is not made: a year that passes has very many events.
    if (!webhooks.sends(event.type) || this.outbox.endpoints(event.provider).length === 0) return;
    try {
      const message = webhooks.message(event.type, event.id);
      if (message !== undefined) this.outbox.send(event, message);
    } catch {
      // A session can be patched so that it is no JSON any more; what happened to it has happened all the same.
    }
  }
}
