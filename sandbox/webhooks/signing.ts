import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signerOf, type WebhookEndpoint } from './endpoint.ts';
import type { WebhookSwitches } from './switches.ts';

const FOREIGN = new Webhook(randomBytes(24).toString('base64'));

/** Takes what was ordered for the next attempts into account, and counts it down. */
function signatureOf(endpoint: WebhookEndpoint, switches: WebhookSwitches, id: string, at: Date, body: string): string {
  const right = signerOf(endpoint.provider, endpoint.secret);
  if (switches.badSignatureNext > 0) {
    switches.badSignatureNext -= 1;
    // Well-formed, and of another body: as if somebody had changed it on its way.
    return (right ?? FOREIGN).sign(id, at, `${body} `);
  }
  return (switches.foreignSecret ? FOREIGN : (right ?? FOREIGN)).sign(id, at, body);
}

/** The three headers of one attempt. Their time is the real one: receivers refuse what is minutes off. */
export function signedHeaders(
  endpoint: WebhookEndpoint,
  switches: WebhookSwitches,
  id: string,
  body: string,
): Record<string, string> {
  const at = new Date();
  return {
    [`${endpoint.headers}-id`]: id,
    [`${endpoint.headers}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${endpoint.headers}-signature`]: signatureOf(endpoint, switches, id, at, body),
  };
}
