import type { ServerResponse } from 'node:http';
import { Refusal, refusalAnswer } from './refusal.ts';
import { standardHeaders } from './send.ts';

/** Stands where the id of a request goes. */
const PLACE = 'ID-OF-THE-REQUEST';

/**
 * A refusal that is the same for everybody, and is written once: when there is too much to do, those that are turned away
 * are many, and each costs little more than its two system calls.
 */
export class StandingRefusal extends Refusal {
  readonly #before: string;
  readonly #after: string;
  /** Names and values, one after the other. */
  readonly #head: readonly string[];

  constructor(...options: ConstructorParameters<typeof Refusal>) {
    super(...options);
    const { body, headers } = refusalAnswer(this, PLACE);
    const [before = '', after = ''] = String(body).split(PLACE);
    [this.#before, this.#after] = [before, after];
    const { 'x-request-id': _, ...standard } = standardHeaders(PLACE);
    this.#head = Object.entries({ ...standard, ...headers }).flatMap(([name, value]) => [name, String(value)]);
  }

  /**
   * @param requestId in ASCII
   * @returns the status
   */
  sendOn(response: ServerResponse, requestId: string, draining: boolean): number {
    const body = this.#before + requestId + this.#after;
    const head = [...this.#head, 'x-request-id', requestId, 'content-length', String(body.length)];
    if (draining) head.push('connection', 'close');
    response.writeHead(this.status, head);
    // One byte a character, which is less work than to look for others.
    response.end(body, 'latin1');
    return this.status;
  }
}
