import { type Answer, Refusal } from '../api.ts';

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'card_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** The first of Flex's two error shapes: `{error: {type, code?, message, param?}}`. */
export function failure(
  status: number,
  message: string,
  more: { code?: string; param?: string; type?: string } = {},
): Answer {
  const type = more.type ?? TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  const code = more.code ?? (status === 404 ? 'resource_missing' : undefined);
  const error = { type, ...(code === undefined ? {} : { code }), message };
  return { status, body: { error: { ...error, ...(more.param === undefined ? {} : { param: more.param }) } } };
}

export type Detail = { loc: (string | number)[]; msg: string; type: string };

/** The second: 422 `{detail: [{loc, msg, type}]}`, for parameters and bodies that are not what they have to be. */
export function invalid(detail: Detail[]): Refusal {
  return new Refusal({ status: 422, body: { detail } });
}

/** The session is not in a state that allows this. */
export function wrongState(id: string, status: string, verb: string): Refusal {
  const message = `You cannot ${verb} checkout session ${id}: its status is ${status}.`;
  return new Refusal(failure(400, message, { code: 'checkout_session_unexpected_state' }));
}

export const noSuchSession = (id: string, param?: string): Refusal =>
  new Refusal(
    param === undefined
      ? failure(404, `No such checkout session: '${id}'`)
      : failure(400, `No such checkout session: '${id}'`, { code: 'resource_missing', param }),
  );
