import type { ServerResponse } from 'node:http';
import { controlOf, type SandboxControl } from './control.ts';
import { BodyTooLarge, type Listener, readBody, splitTarget } from './http.ts';
import { ControlError } from './provider.ts';
import type { Stage } from './stage.ts';

/** What `GET /` tells about the rest. */
export const USAGE: Readonly<Record<string, string>> = {
  'GET /': 'the state: clock, switches, sessions by status, faults, traffic; and this list',
  'POST /advance': '{seconds}: lets the sandbox clock pass',
  'POST /session': '{provider, id}: a session as GET would answer it, without envelope; null when there is none',
  'POST /sessions': '{provider, where?: {…}, limit?}: sessions, newest first, whose properties equal all of where',
  'POST /pay': '{provider, id}: the customer pays, or takes the step that is left',
  'POST /fail': '{provider, id}: a payment attempt fails',
  'POST /expire': '{provider, id}',
  'POST /cancel': '{provider, id}: at Flexprice sets cancelled_at',
  'POST /create': '{provider, …}: puts a session into the store; every further property is shown as given',
  'POST /patch': '{provider, id, set?: {…}, unset?: […]}: overrides what GET answers',
  'POST /remove': '{provider, id}: makes a session vanish',
  'POST /fault':
    '{provider, kind: status|delay|reset|truncate|body|hang, match?: {method?, path?: regex}, status?, headers?, body?, delayMs?, when?: before|after, times? | rate?}',
  'POST /clearFaults': 'ends all faults',
  'GET /calls': '?provider=…: what the providers were asked, the last 10,000',
  'GET /effects': '?provider=…: how often each change was really made, by idempotency key',
  'POST /switches':
    '{flexpriceResults?, flexpriceLinkDelayMs?, flexTime?: seconds|milliseconds|iso, flexEventTypes?: dotted|underscored, customers?}',
  'POST /webhookTo': '{provider, url, secret?, headers?: svix|flex-event}: sends webhooks there, on loopback',
  'POST /clearWebhooks': '{provider?, url?}: sends none there any more',
  'GET /webhooks': '?provider=…&id=…: what was sent or is to be, the last 10,000',
  'POST /redeliver': '{id, url?}: sends an event again, under its id',
  'POST /tell': '{provider, id, type}: sends an event of any type about a session as it is now',
  'POST /webhookSwitches':
    '{provider?, duplicates?, order?: made|reversed|shuffled, holdMs?, delayMs?, dropRate?, dropNext?, badSignatureNext?, foreignSecret?, answerMs?, retryMs?}',
  'POST /reset': 'everything as it was in the beginning, but for the webhook endpoints',
  hints:
    'customers, plans and prices that nobody knows are taken to exist, unless their id contains "missing"; a Flex payment method that contains "declined" is declined at confirm',
};

function reply(response: ServerResponse, status: number, body: unknown): void {
  const payload = Buffer.from(JSON.stringify(body));
  const type = 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, 'content-length': String(payload.length) });
  response.end(payload);
}

function parse(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError(400, 'Expected a JSON object as the body.');
  }
}

const READABLE = new Set(['calls', 'effects', 'session', 'webhooks']);

/** The answer to one control request. The input is checked by the control function itself. */
function perform(control: SandboxControl, method: string, path: string, input: unknown): unknown {
  if (method === 'GET' && path === '/') return { ...control.state(), usage: USAGE };
  const name = path.slice(1);
  const readable = READABLE.has(name);
  const known = `POST ${path}` in USAGE || readable;
  if (!known) throw new ControlError(404, `No such path: ${path}. GET / lists what there is.`);
  if (method !== 'POST' && !(method === 'GET' && readable)) {
    throw new ControlError(405, `${path} expects ${readable ? 'GET or POST' : 'POST'}, got ${method}.`);
  }
  const run = control[name as keyof SandboxControl] as (input: unknown) => unknown;
  return run(input);
}

/** The control surface over HTTP. */
export function controlListener(stage: Stage): Listener {
  const control = controlOf(stage);
  return async (request, response) => {
    stage.tick();
    try {
      const { path, query } = splitTarget(request.url ?? '/');
      const body = await readBody(request);
      const method = request.method ?? 'GET';
      const input = method === 'GET' ? Object.fromEntries(query) : parse(body);
      reply(response, 200, perform(control, method, path, input) ?? null);
    } catch (error) {
      if (error instanceof ControlError) reply(response, error.status, { error: error.message });
      else if (error instanceof BodyTooLarge) reply(response, 413, { error: 'The body is larger than 1 MiB.' });
      else reply(response, 500, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}
