import type { RedisScript } from '../../redis/link.ts';

/*
 * What was told of a session is a hash, KEYS[1]: text, revision, and `toldAt`, by which the gateways' clocks decide
 * whether it is still there; that keys go away by Redis' own only clears up.
 */

const FIELDS = `
local text, revision, toldAt = unpack(redis.call('HMGET', KEYS[1], 'text', 'revision', 'toldAt'))
local isKept = toldAt and toldAt + ARGV[2] > tonumber(ARGV[1])
`;

/** Arguments: now, how long it is kept. Gives text and revision, nothing when there is none. */
const TOLD = `${FIELDS}
return isKept and {text, revision} or {}
`;

/**
 * Arguments: now, how long it is kept, text, the revision that there has to be, empty for none. Gives whether that was
 * written.
 */
const TELL = `${FIELDS}
if (isKept and revision or '') ~= ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], 'text', ARGV[3], 'revision', string.format('%.0f', (revision or 0) + 1), 'toldAt', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;

export const TOLD_SCRIPTS = {
  ledgerTold: { numberOfKeys: 1, lua: TOLD },
  ledgerTell: { numberOfKeys: 1, lua: TELL },
} as const satisfies Record<string, RedisScript>;
