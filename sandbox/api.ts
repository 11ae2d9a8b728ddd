import type { IncomingHttpHeaders } from 'node:http';

export type ApiRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  rawBody: string;
};

/** A change that was really made; `key` is the idempotency key that it was made under. */
export type Effect = { operation: string; id: string; key: string | null };

export type Answer = {
  status: number;
  body?: unknown;
  /** JSON text already made, instead of `body`. */
  text?: string;
  headers?: Record<string, string>;
  effect?: Effect;
  /** Names of parameters and properties that the provider does not know and so ignores. */
  ignored?: string[];
};

/** Thrown anywhere while a call is being answered: the provider's own refusal. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

export type Call = {
  id: string;
  request: ApiRequest;
  /** The parsed body; undefined when there is none. Throws the provider's refusal when it is not JSON. */
  body: () => unknown;
};

export type Route = { method: string; path: RegExp; run: (call: Call) => Answer };

/** What one provider's HTTP face is made of. */
export type Face = {
  authorised: (headers: IncomingHttpHeaders) => boolean;
  /** An error in the provider's own shape. */
  failure: (status: number, message: string) => Answer;
  routes: readonly Route[];
};

function parseBody(face: Face, text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(face.failure(400, 'The request body is not valid JSON.'));
  }
}

function decodeId(face: Face, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(face.failure(400, 'The path is not valid percent-encoding.'));
  }
}

function route(face: Face, request: ApiRequest): Answer {
  if (!face.authorised(request.headers)) return face.failure(401, 'Missing or invalid API key.');
  const here = face.routes.filter((one) => one.path.test(request.path));
  if (here.length === 0) return face.failure(404, `No such path: ${request.path}`);
  const found = here.find((one) => one.method === request.method);
  if (found === undefined) {
    const allow = here.map((one) => one.method).join(', ');
    return { ...face.failure(405, `${request.method} is not allowed here.`), headers: { allow } };
  }
  const id = decodeId(face, found.path.exec(request.path)?.[1] ?? '');
  return found.run({ id, request, body: () => parseBody(face, request.rawBody) });
}

/** Answers a call; whatever happens, the answer is in the provider's shape. */
export function answerCall(face: Face, request: ApiRequest): Answer {
  try {
    return route(face, request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return face.failure(500, `The sandbox has a bug: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The names in `value` that `known` does not have. */
export function unknownNames(value: unknown, known: readonly string[], where: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `${where}.${name}`);
}
