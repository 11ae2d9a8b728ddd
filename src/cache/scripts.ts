import type { RedisScript } from '../redis/link.ts';

/*
 * Each script touches one key, so that a cluster needs no hash tags and a slot under way never stops one. A cell is a
 * hash: its token, `v:<field>` for values, `t:<field>` for turns, as deadline and owner, and `seen` for the version seen
 * last and when it was asked for. What stands at its key and is
 * no such hash is removed. PTTL and PEXPIRE by hand instead of PEXPIRE's GT, which takes a key without an end for one
 * that lasts longer.
 */

const KEEP = `
local function keep(key, milliseconds)
  if redis.call('PTTL', key) < milliseconds then redis.call('PEXPIRE', key, milliseconds) end
end
`;

const RELEASE = `
local function release(key, field, owner)
  local held = redis.call('HGET', key, field)
  if held and string.sub(held, -#owner) == owner then redis.call('HDEL', key, field) end
end
`;

const CLEAR_FOREIGN = `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('UNLINK', KEYS[1]) end
`;

const NEEDS_HASH = `
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
`;

/**
 * Takes the cell's token, makes it when there is none, and takes a turn when nobody has it. A deadline further away
 * than a turn lasts was set by a clock that has been put back since.
 * Arguments: a new token, the turn's field or nothing, its owner, how long it lasts, how long the key is kept at least.
 * Gives the token and whether the turn was taken.
 */
const BEGIN = `${KEEP}${CLEAR_FOREIGN}
local token = redis.call('HGET', KEYS[1], 'token')
if token and not (#token == 16 and string.match(token, '^[%w_-]+$')) then
  redis.call('UNLINK', KEYS[1])
  token = false
end
if not token then
  token = ARGV[1]
  redis.call('HSET', KEYS[1], 'token', token)
end
local isMine = 0
if ARGV[2] ~= '' then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local held = redis.call('HGET', KEYS[1], ARGV[2])
  local deadline = held and tonumber(string.match(held, '^(%d+) ')) or 0
  if deadline <= now or deadline > now + ARGV[4] then
    redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', now + ARGV[4]) .. ' ' .. ARGV[3])
    isMine = 1
  end
end
keep(KEYS[1], tonumber(ARGV[5]))
return {token, isMine}
`;

/**
 * Stores a value when the cell's token is still the one that it was asked for under. A value of another version than the
 * one seen last is news: everything in the cell goes, it gets a new token, and the value has to be stored under that; or,
 * if it was asked for before that one, it is old.
 * Arguments: the token, the value's field, the value, the turn's field, its owner, how long the key is kept at least,
 * when the value was asked for, its version or nothing, a new token.
 * Gives 1 when it was stored, 2 when it is news, else 0.
 */
const STORE = `${KEEP}${RELEASE}${NEEDS_HASH}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local isNews = false
if ARGV[8] ~= '' then
  local seen = redis.call('HGET', KEYS[1], 'seen') or ''
  local at, version = string.match(seen, '^(%d+) (.*)$')
  if at and version ~= ARGV[8] then
    if tonumber(ARGV[7]) < tonumber(at) then
      release(KEYS[1], ARGV[4], ARGV[5])
      return 0
    end
    isNews = true
  end
  if not at or tonumber(ARGV[7]) > tonumber(at) or isNews then
    redis.call('HSET', KEYS[1], 'seen', ARGV[7] .. ' ' .. ARGV[8])
  end
end
release(KEYS[1], ARGV[4], ARGV[5])
keep(KEYS[1], tonumber(ARGV[6]))
if isNews then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 2) == 'v:' then redis.call('HDEL', KEYS[1], field) end
  end
  redis.call('HSET', KEYS[1], 'token', ARGV[9])
  return 2
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1
`;

/** Gives a turn back, if it is still the owner's. Arguments: its field, its owner. */
const GIVE_BACK = `${RELEASE}${NEEDS_HASH}
release(KEYS[1], ARGV[1], ARGV[2])
return 1
`;

/**
 * Joins a version to the one known, part by part, so that neither order nor repetition matters. What is no version
 * counts as nothing, or it would stay the newest of all.
 * Arguments: updatedAt or nothing, stage, 1 when archived, how long the key is kept.
 */
const SHOW = `${CLEAR_FOREIGN}
local known = redis.call('HMGET', KEYS[1], 'updatedAt', 'stage', 'isArchived')
local instant = '^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$'
local at = known[1] and string.match(known[1], instant) or ''
local stage = known[2] and string.match(known[2], '^%d$') or '0'
local archived = known[3] == '1' and '1' or '0'
if ARGV[1] > at then at = ARGV[1] end
if tonumber(ARGV[2]) > tonumber(stage) then stage = ARGV[2] end
if ARGV[3] == '1' then archived = '1' end
redis.call('HSET', KEYS[1], 'updatedAt', at, 'stage', stage, 'isArchived', archived)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`;

/** For `createRedisLink`. */
export const CACHE_SCRIPTS = {
  cacheBegin: { numberOfKeys: 1, lua: BEGIN },
  cacheStore: { numberOfKeys: 1, lua: STORE },
  cacheRelease: { numberOfKeys: 1, lua: GIVE_BACK },
  cacheShow: { numberOfKeys: 1, lua: SHOW },
} as const satisfies Record<string, RedisScript>;
