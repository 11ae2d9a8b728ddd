import { TransportError, type TransportTrouble } from './transport.ts';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);

/** OpenSSL's names for what can be wrong with a certificate, and Node's for what can be wrong with a handshake. */
const TLS =
  /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERROR_IN_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH)/;

/** What Node throws when it is asked to send something that HTTP has no way to write down. */
const NOT_SENDABLE = /^(?:ERR_INVALID_|ERR_HTTP_|ERR_UNESCAPED_|ERR_UNSUPPORTED_)/;

/**
 * What an error from below HTTP's surface means. Nothing of it is kept but its code.
 * @throws TypeError when the request could never be sent: that is this gateway's bug, not the provider's trouble
 */
export function troubleOf(error: unknown): TransportError {
  const { code, syscall } = read(error);
  if (code !== undefined && NOT_SENDABLE.test(code)) throw new TypeError(`A request cannot be sent: ${code}`);
  return new TransportError(kindOf(code, syscall), code);
}

function kindOf(code: string | undefined, syscall: string | undefined): TransportTrouble {
  if (code === undefined) return 'broken';
  if (UNREACHABLE.has(code) || syscall === 'connect') return 'unreachable';
  if (TLS.test(code)) return 'tls';
  if (code.startsWith('HPE_')) return 'garbled';
  return 'broken';
}

/** The wrapped error knows what the system was asked for; one of several addresses tried stands for them all. */
function read(error: unknown): { code: string | undefined; syscall: string | undefined } {
  const outer = record(error);
  const cause = record(outer.cause);
  const tried = cause.errors ?? outer.errors;
  const first = record(Array.isArray(tried) ? tried[0] : undefined);
  return {
    code: word(outer.code) ?? word(cause.code),
    syscall: word(outer.syscall) ?? word(cause.syscall) ?? word(first.syscall),
  };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Codes are single words; a sentence in their place could hold anything. */
const word = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;
