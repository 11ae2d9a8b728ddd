import { isUtf8 } from 'node:buffer';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** Why a webhook is not believed, in a word that may be logged. */
export type SignatureProblem =
  | 'no secret'
  | 'missing headers'
  | 'repeated header'
  | 'odd header'
  | 'not UTF-8'
  | 'too old'
  | 'too new'
  | 'no match';

export type Verification = { isGenuine: true; eventId: string } | { isGenuine: false; problem: SignatureProblem };

/** As `headersDistinct` of a request has them, in lower case; plain `headers` will do. */
export type SignatureHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Verify = (rawBody: Buffer, headers: SignatureHeaders) => Verification;

type VerifierOptions = {
  /** What the three headers may begin with, before `-id`, `-timestamp` and `-signature`. */
  families: readonly string[];
  /** Base64, each with one of the prefixes or without. While one is replaced by another both are here, and either will do. */
  secrets: readonly string[];
  prefixes: readonly string[];
};

// No quotes, brackets or spaces: `id.timestamp.body` is one text under the signature, and an id that could hold the
// beginning of a body would let somebody cut a genuine text elsewhere.
const EVENT_ID = /^[\w.:=+/~-]{1,256}$/;
// The library would take the digits that a longer text begins with.
const TIMESTAMP = /^\d{1,12}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Checks webhooks that are signed as Standard Webhooks and Svix do: HMAC-SHA256 over `id.timestamp.body`, at most five
 * minutes away from the system's clock. The check itself, in constant time, is the library's.
 * @throws TypeError for a secret that is none; the message does not hold it
 */
export function createVerifier({ families, secrets, prefixes }: VerifierOptions): Verify {
  const webhooks = secrets.map((secret) => new Webhook(keyOf(secret, prefixes), { format: 'raw' }));
  return (rawBody, headers) => {
    if (webhooks.length === 0) return refused('no secret');
    const found = readHeaders(headers, families);
    if (typeof found === 'string') return refused(found);
    // The library would sign the text that is left of such a body, not its bytes.
    if (!isUtf8(rawBody)) return refused('not UTF-8');
    const problem = problemOf(webhooks, rawBody.toString('utf8'), found);
    return problem === null ? { isGenuine: true, eventId: found['webhook-id'] } : refused(problem);
  };
}

const refused = (problem: SignatureProblem): Verification => ({ isGenuine: false, problem });

function keyOf(secret: string, prefixes: readonly string[]): Uint8Array {
  const prefix = prefixes.find((start) => secret.startsWith(start)) ?? '';
  const base64 = secret.slice(prefix.length);
  if (!BASE64.test(base64)) {
    throw new TypeError(`Expected base64 as the secret of a webhook, after ${prefixes.join(' or ')} or nothing.`);
  }
  return Buffer.from(base64, 'base64');
}

/** The three headers by the library's names. */
type LibraryHeaders = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;

/** Those of the first family of which all three are there. */
function readHeaders(headers: SignatureHeaders, families: readonly string[]): LibraryHeaders | SignatureProblem {
  for (const family of families) {
    const values = ['id', 'timestamp', 'signature'].map((part) => [headers[`${family}-${part}`] ?? []].flat());
    if (values.some((all) => all.every((value) => value === ''))) continue;
    const [[id = ''] = [], [timestamp = ''] = [], [signature = ''] = []] = values;
    // Node joins what came several times with a comma and a space, which no signature has.
    if (values.some((all) => all.length > 1) || signature.includes(', ')) return 'repeated header';
    if (!EVENT_ID.test(id) || !TIMESTAMP.test(timestamp)) return 'odd header';
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  }
  return 'missing headers';
}

/** Null when one of the secrets made one of the signatures. */
function problemOf(webhooks: readonly Webhook[], body: string, headers: LibraryHeaders): SignatureProblem | null {
  let problem: SignatureProblem = 'no match';
  for (const webhook of webhooks) {
    try {
      // What is signed need not be JSON, and who reads it finds that out.
      webhook.verify(body, headers, { jsonParse: false });
      return null;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      problem = problemIn(error);
    }
  }
  return problem;
}

/** The library tells what was wrong by its sentence alone. It only goes to the log. */
function problemIn({ message }: WebhookVerificationError): SignatureProblem {
  if (message.includes('too old')) return 'too old';
  return message.includes('too new') ? 'too new' : 'no match';
}
