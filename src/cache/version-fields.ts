import type { SessionVersion } from '../checkout/version.ts';

/**
 * The hash that a version that was shown is kept as. Readable, because Redis has to compare it: time and stage of a
 * session of which the key's name tells nothing.
 */
export const VERSION_FIELDS = ['updatedAt', 'stage', 'isArchived'] as const;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const versionArguments = ({ updatedAt, stage, isArchived }: SessionVersion): [string, number, number] => [
  updatedAt ?? '',
  stage,
  isArchived ? 1 : 0,
];

/** Null when there is none; a part that is nonsense says nothing. */
export function readVersion([updatedAt, stage, isArchived]: readonly (Buffer | null)[]): SessionVersion | null {
  const at = updatedAt?.toString() ?? '';
  const step = stage?.toString() ?? '';
  const version = {
    updatedAt: INSTANT.test(at) ? at : null,
    stage: /^\d$/.test(step) ? Number(step) : 0,
    isArchived: isArchived?.toString() === '1',
  };
  return version.updatedAt !== null || version.stage > 0 || version.isArchived ? version : null;
}
