import type { GraphQLFormattedError } from 'graphql';
import type { Transport } from '../../telemetry/metrics.ts';
import type { Started, SubscribeRequest, Subscriber } from './engine.ts';
import type { Gate } from './gate.ts';
import type { OperationStream } from './operation-stream.ts';
import { type PublicErrors, TurnedAway } from './public-errors.ts';

type Engine = {
  errors: PublicErrors;
  start(request: SubscribeRequest, subscriber: Subscriber): Promise<Started>;
};

type Options = { engine: Engine; transport: Transport; maxPerConnection: number; gate?: Gate };

/** Who subscribes, without what the connection knows of itself. */
export type Asking = Pick<Subscriber, 'requestId' | 'headers' | 'connectionParams' | 'address' | 'caller'>;

/**
 * One connection and its subscriptions. The libraries keep them too, but lose sight of some: of one that is completed
 * while it is being started and whose id is used again, for example.
 */
export class Consumer {
  readonly #options: Options;
  readonly #streams = new Set<OperationStream>();
  readonly #ended = (stream: OperationStream) => {
    this.#streams.delete(stream);
  };
  #starting = 0;
  #isOver = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Never rejects. */
  async start(request: SubscribeRequest, asking: Asking): Promise<Started> {
    const { engine, transport, maxPerConnection, gate } = this.#options;
    if (this.#streams.size + this.#starting >= maxPerConnection) return { errors: this.#tooMany(asking) };
    this.#starting += 1;
    const started = await engine.start(request, { ...asking, transport, ended: this.#ended, ...(gate && { gate }) });
    this.#starting -= 1;
    if ('stream' in started) {
      this.#streams.add(started.stream);
      if (this.#isOver) void started.stream.return();
    }
    return started;
  }

  #tooMany({ requestId }: Asking): GraphQLFormattedError[] {
    const { engine, maxPerConnection } = this.#options;
    const sentence = `One connection takes ${maxPerConnection} subscriptions at most; complete some or open another.`;
    return engine.errors.of(new TurnedAway('BAD_USER_INPUT', sentence), requestId);
  }

  /** The connection is over, or about to be: nothing is to be sent to it any more. */
  end(): void {
    this.#isOver = true;
    for (const stream of [...this.#streams]) void stream.return();
  }
}
