import type { Answer } from '../api.ts';

const CODES: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'permission_denied',
  403: 'permission_denied',
  404: 'not_found',
  405: 'http_client_error',
  409: 'already_exists',
  413: 'http_client_error',
  429: 'too_many_requests',
  500: 'internal_error',
  501: 'not_implemented',
  502: 'system_error',
  503: 'service_unavailable',
};

/** Flexprice's error: `{code, http_status_code, message}`. */
export function failure(status: number, message: string, code?: string): Answer {
  const fallback = status >= 500 ? 'system_error' : 'http_client_error';
  return { status, body: { code: code ?? CODES[status] ?? fallback, http_status_code: status, message } };
}
