import { badUserInput } from '../checkout/errors.ts';

/**
 * An id as one segment of a path, whatever characters it has.
 * @throws GatewayError BAD_USER_INPUT for what no escaping can keep from changing the path: URLs take `.` and `..`, also
 * as `%2e`, for directories, and half a surrogate pair has no UTF-8.
 */
export function pathSegment(id: string): string {
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) {
    throw badUserInput('An id must be text that can be part of a path.');
  }
  return encodeURIComponent(id);
}
