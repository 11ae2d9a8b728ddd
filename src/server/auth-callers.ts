import type { IncomingMessage } from 'node:http';
import { ANYONE, type Caller } from '../checkout/caller.ts';
import { GatewayError } from '../checkout/errors.ts';
import { ClientGone, MAX_BODY_BYTES } from './body.ts';
import { Refusal } from './refusal.ts';

/** Each header with every value that came for it. */
export type DistinctHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** Who asks, and until when that holds: epoch milliseconds, for ever when it is not there. */
export type AuthenticatedCaller = Caller & { expiresAt?: number };

/** Tells who asks. It rejects with GatewayError: UNAUTHENTICATED, or what is wrong when that cannot be told now. */
export type Authenticate = (presented: {
  headers: DistinctHeaders;
  connectionParams?: Readonly<Record<string, unknown>> | undefined;
}) => Promise<AuthenticatedCaller>;

/** For those who connect without proof and may bring it later, a pick of what they sent. */
export const credentialsOf = ({ headersDistinct }: IncomingMessage): DistinctHeaders => {
  const { authorization, 'x-api-key': apiKey } = headersDistinct;
  return { ...(authorization && { authorization }), ...(apiKey && { 'x-api-key': apiKey }) };
};

/** Where callers are not told apart. */
export const takeAnyone: Authenticate = async () => ANYONE;

/**
 * Who sends a request. It is asked before the body is read: of strangers, none is kept.
 *
 * @throws Refusal with 401 or 503
 * @throws ClientGone
 */
export async function callerOf(
  request: IncomingMessage,
  authenticate: Authenticate = takeAnyone,
): Promise<AuthenticatedCaller> {
  const caller = await authenticate({ headers: request.headersDistinct }).catch((error: unknown) => {
    throw error instanceof GatewayError ? refusalOf(error, request) : error;
  });
  // Nothing would tell that later: its events are over.
  if (request.destroyed) throw new ClientGone();
  return caller;
}

/** Seconds. */
const RETRY_AFTER = '2';

function refusalOf({ code, message, retryable }: GatewayError, request: IncomingMessage): Refusal {
  const hangUp = !hasShortBody(request);
  return code === 'UNAUTHENTICATED'
    ? new Refusal(401, message, { code, headers: { 'www-authenticate': 'Bearer' }, hangUp })
    : new Refusal(503, message, { code, retryable, headers: { 'retry-after': RETRY_AFTER }, hangUp });
}

/** The rest of such a one is read and thrown away, so that the connection can be used again. */
function hasShortBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] === undefined : Number(length) <= MAX_BODY_BYTES;
}
