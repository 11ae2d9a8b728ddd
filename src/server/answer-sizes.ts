import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { type CallersOfRequests, callerIn } from './auth-scopes.ts';
import { tooLargeAnswer } from './limits/too-complex.ts';
import { unavailable } from './overload/unavailable.ts';
import type { Refusal } from './refusal.ts';
import { type Holder, holderOf, Shares } from './subscriptions/shares.ts';

/** Characters of an answer to a query: several times a page of 100 sessions with all that they have. */
const MOST = 8 * 2 ** 20;
/** Characters of all answers that their clients have not taken yet. */
const MOST_WAITING = 128 * 2 ** 20;
/** Characters that the system takes at once from most clients: they wait for nobody. */
const SMALL = 64 * 1024;

const NO_ROOM = unavailable('There are too many large answers now that their clients have not taken; try again.');

/**
 * Bounds what answers to queries hold of the memory. What is asked for is limited before it is done; how long a session's
 * texts are is known only then. Answers to changes are not held back: they are made already, and no list is in them.
 */
export class AnswerSizes {
  readonly #callers: CallersOfRequests;
  readonly #shares = new Shares(MOST_WAITING, 'the room for answers that their clients have not taken');
  readonly #held = new WeakMap<object, { holder: Holder; size: number } | Refusal>();
  #waiting = 0;

  constructor(callers: CallersOfRequests) {
    this.#callers = callers;
  }

  /** It has to come before those that complete errors. */
  plugin<Context extends object>(): ApolloServerPlugin<Context> {
    const listener: GraphQLRequestListener<Context> = {
      willSendResponse: async ({ request, response, operation }) => {
        if (operation?.operation !== 'query' || response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        const size = charactersIn(result, MOST);
        if (size > MOST) {
          delete result.data;
          result.errors = [tooLargeAnswer(MOST)];
          response.http.status = 400;
        } else if (size > SMALL && request.http && !this.#hold(request.http, size)) delete result.data;
      },
    };
    return { requestDidStart: async () => listener };
  }

  /**
   * @returns what has to be called once, when the client has the answer or is gone; undefined for a small answer
   * @throws Refusal when there was no room for it
   */
  claim(request: object): (() => void) | undefined {
    const held = this.#held.get(request);
    if (held === undefined) return undefined;
    if (held instanceof Error) throw held;
    return () => {
      this.#waiting -= held.size;
      this.#shares.giveBack(held.holder, held.size);
    };
  }

  #hold(request: object, size: number): boolean {
    try {
      if (this.#waiting + size > MOST_WAITING) throw NO_ROOM;
      const holder = holderOf(callerIn(this.#callers, request));
      this.#shares.take(holder, size);
      this.#waiting += size;
      this.#held.set(request, { holder, size });
      return true;
    } catch (refusal) {
      this.#held.set(request, refusal as Refusal);
      return false;
    }
  }
}

/** About as many as its JSON has; counting ends above the most. */
function charactersIn(root: unknown, most: number): number {
  let sum = 0;
  const add = (value: unknown): void => {
    if (sum > most) return;
    if (typeof value === 'string') sum += value.length + 3;
    else if (Array.isArray(value)) for (const each of value) add(each);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) {
        sum += name.length + 4;
        add(each);
      }
    } else sum += 5;
  };
  add(root);
  return sum;
}
