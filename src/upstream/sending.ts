import type { CallContext } from '../checkout/provider.ts';
import type { UpstreamPolicy } from './policy.ts';
import type { UpstreamRequest } from './request.ts';

/** What is known about one request while it is under way. */
export class Sending {
  readonly method: UpstreamRequest['method'];
  readonly route: string;
  readonly kind: UpstreamRequest['kind'];
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly startedAt: number;
  /** Epoch milliseconds: the provider's patience for this kind of request. */
  readonly ownDeadline: number;
  /** Epoch milliseconds by which the caller has an answer. */
  readonly deadline: number;
  /** 1 for the first. */
  attempt = 1;
  /** When this attempt began to wait for a place, on the clock that never jumps. */
  #attemptStartedAt = performance.now();
  /** Epoch milliseconds; undefined until the attempt is on the wire. */
  sentAt: number | undefined;
  /** Whether anything of this attempt can have reached the provider. */
  canHaveLeft = false;

  constructor(
    request: UpstreamRequest,
    target: { url: string; headers: Record<string, string> },
    options: { call: CallContext; policy: UpstreamPolicy; now: () => number },
  ) {
    const { call, policy, now } = options;
    this.method = request.method;
    this.route = request.route;
    this.kind = request.kind;
    this.url = target.url;
    this.headers = target.headers;
    this.body = request.json === undefined ? undefined : JSON.stringify(request.json);
    this.startedAt = now();
    this.ownDeadline = this.startedAt + (request.kind === 'read' ? policy.readDeadlineMs : policy.changeDeadlineMs);
    this.deadline = Math.min(this.ownDeadline, call.deadline);
  }

  begin(attempt: number): void {
    this.attempt = attempt;
    this.#attemptStartedAt = performance.now();
    this.sentAt = undefined;
    this.canHaveLeft = false;
  }

  /** Of this attempt so far. */
  get seconds(): number {
    return (performance.now() - this.#attemptStartedAt) / 1000;
  }
}
