import { createHash } from 'node:crypto';
import { type Answer, type ApiRequest, Refusal } from '../api.ts';
import { DAY, type World } from '../world.ts';
import { failure } from './errors.ts';

type Kept = { fingerprint: string; answer: Answer; atMs: number };

/** Refusals that came before anything was tried do not use a key up. */
const NOT_KEPT = new Set([401, 404, 422, 429]);

/** The same JSON in another layout is the same request. */
function fingerprintOf(request: ApiRequest): string {
  let body = request.rawBody;
  try {
    body = JSON.stringify(JSON.parse(body));
  } catch {
    // Not JSON: its text is as good.
  }
  return createHash('sha256').update(`${request.method} ${request.path}\n${body}`).digest('hex');
}

export function keyOf(request: ApiRequest): string | null {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Answers kept for a day: the same key with the same request is answered the same, and done once. */
export class Idempotency {
  readonly #world: World;
  readonly #kept = new Map<string, Kept>();

  constructor(world: World) {
    this.#world = world;
  }

  once(request: ApiRequest, run: () => Answer): Answer {
    const key = keyOf(request);
    if (key === null) return run();
    const now = this.#world.clock.now();
    const fingerprint = fingerprintOf(request);
    const kept = this.#kept.get(key);
    if (kept !== undefined && now - kept.atMs < DAY) {
      if (kept.fingerprint !== fingerprint) {
        const message = 'This Idempotency-Key was used with another request. Use a new key for a new request.';
        return failure(400, message, { type: 'idempotency_error', param: 'Idempotency-Key' });
      }
      const { effect: _, ...answer } = kept.answer;
      return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
    }
    const answer = attempt(run);
    if (!NOT_KEPT.has(answer.status)) this.#kept.set(key, { fingerprint, answer, atMs: now });
    return answer;
  }
}

function attempt(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}
