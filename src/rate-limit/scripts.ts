import type { RedisScript } from '../redis/link.ts';

/** Arguments: the interval and the window. What is kept in the past is removed. */
const READ = `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('UNLINK', KEYS[1]) end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
local full = tonumber(redis.call('HGET', KEYS[1], 'full') or '') or now
if not (full > now) then full = now end
local function keep(value)
  redis.call('HSET', KEYS[1], 'full', string.format('%.0f', value))
  redis.call('PEXPIRE', KEYS[1], math.ceil((value - now) / 1000))
end`;

/**
 * The generic cell rate algorithm by the clock of Redis, which is the same for all replicas; times are in microseconds.
 * A hash, because a user of Redis that reads and writes for the cache has the rights for it. What stands at the key and is
 * no such hash is removed.
 * What is further ahead than can have come about was written by a clock that has been put back since.
 * Gives 0, or in how many microseconds the caller may ask again.
 */
const TAKE = `${READ}
if full > now + window then
  full = now + window
  keep(full)
end
local after = full + tonumber(ARGV[1])
local wait = after - now - window
if wait > 0 then return wait end
keep(after)
return 0
`;

/** Never leaves a caller more than its window holds. */
const GIVE_BACK = `${READ}
if full > now then keep(math.min(full, now + window) - tonumber(ARGV[1])) end
return 0
`;

/** For `createRedisLink`. */
export const RATE_SCRIPTS = {
  rateTake: { numberOfKeys: 1, lua: TAKE },
  rateGiveBack: { numberOfKeys: 1, lua: GIVE_BACK },
} as const satisfies Record<string, RedisScript>;
