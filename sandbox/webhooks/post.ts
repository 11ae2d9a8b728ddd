import { request } from 'node:http';

/** `status` is null when there was no whole answer; then `error` says why. */
export type Outcome = { status: number | null; error: string | null };

type Sending = { url: string; headers: Record<string, string>; body: string; answerMs: number; signal: AbortSignal };

/** Posts once, on a connection of its own. Never rejects. Redirects are answers like any other. */
export function post({ url, headers, body, answerMs, signal }: Sending): Promise<Outcome> {
  return new Promise((resolve) => {
    const payload = Buffer.from(body);
    const length = String(payload.length);
    const all = { 'content-type': 'application/json', 'content-length': length, 'user-agent': 'sandbox', ...headers };
    const sending = request(url, { method: 'POST', agent: false, headers: all, signal });
    let outcome: Outcome = { status: null, error: 'The connection was closed.' };
    const failed = (error: Error): void => {
      outcome = { status: null, error: error.message };
    };
    const timer = setTimeout(() => sending.destroy(new Error(`No answer within ${answerMs} ms.`)), answerMs).unref();
    sending.on('error', failed);
    sending.on('response', (response) => {
      response.on('error', failed);
      response.on('end', () => {
        outcome = { status: response.statusCode ?? null, error: null };
      });
      response.resume();
    });
    sending.on('close', () => {
      clearTimeout(timer);
      resolve(outcome);
    });
    sending.end(payload);
  });
}
