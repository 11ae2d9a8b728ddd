import { PROVIDER_NAMES } from '../../checkout/provider-name.ts';
import type { RedisScript } from '../../redis/link.ts';
import { FORGOTTEN } from '../operations.ts';

/*
 * An operation is a hash: the fields that `operation-fields.ts` reads, the account, and owner and end of its lease. The
 * last of a script's keys is what is unfinished among the operations of the same slot: a sorted set with the end of the
 * lease as score, 0 for none. Its members are <startedAt><account><id>, so that it is known from them which is the oldest
 * and whose it is. Times are those of the gateways' clocks, and decide; that keys go away by Redis' own only clears up.
 * What takes memory comes first in each script: a Redis that is full refuses it at its first write, so all is done or
 * nothing.
 */

const FIELDS = `
local function read(key, ...) return unpack(redis.call('HMGET', key, ...)) end
local function startText(startedAt) return string.format('%015.0f', startedAt) end
local function memberOf(key)
  local startedAt, account, id = read(key, 'startedAt', 'account', 'id')
  return startText(startedAt) .. account .. id
end
local function isKept(key, now, keep)
  local startedAt = read(key, 'startedAt')
  return startedAt and startedAt + keep > tonumber(now)
end
local function lend(key, left, owner, leaseUntil)
  redis.call('ZADD', left, leaseUntil, memberOf(key))
  redis.call('HSET', key, 'owner', owner, 'leaseUntil', leaseUntil)
end
`;

/**
 * The keys before the last are those that operations of the scope have, one for each provider. One that is kept and has
 * not failed stands in the way of all.
 * Arguments: now, how long operations are kept, the lease's owner and its end, hash of the input, which key is the new
 * one's, its id and account, the beginning that was waited for or '', and its other fields as name, value, name, value
 * and so on. Gives what came of it, and the fields of the operation.
 */
const BEGIN = `${FIELDS}
local now, keep, owner, leaseUntil = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local own, left = KEYS[tonumber(ARGV[6])], KEYS[#KEYS]
local standing
for index = 1, #KEYS - 1 do
  local key = KEYS[index]
  if isKept(key, now, keep) and read(key, 'state') ~= 'FAILED' and (not standing or key == own) then standing = key end
end

if standing then
  local state, input, held = read(standing, 'state', 'inputHash', 'leaseUntil')
  local is = 'BUSY'
  if input ~= ARGV[5] then
    is = 'OTHER_INPUT'
  elseif state == 'SUCCEEDED' then
    is = 'SUCCEEDED'
  elseif tonumber(held) <= now then
    is = 'LEFT'
    lend(standing, left, owner, leaseUntil)
    redis.call('HSET', standing, 'state', 'UNKNOWN')
  end
  return {is, redis.call('HGETALL', standing)}
end

local state, startedAt, input = read(own, 'state', 'startedAt', 'inputHash')
-- Of another input it is another attempt, of the same millisecond.
if isKept(own, now, keep) and state == 'FAILED' and tonumber(startedAt) == tonumber(ARGV[9]) and input == ARGV[5] then
  return {'FAILED', redis.call('HGETALL', own)}
end

local member = startText(now) .. ARGV[8] .. ARGV[7]
redis.call('ZADD', left, leaseUntil, member)
local result = isKept(own, now, keep) and read(own, 'result')
for index = 1, #KEYS - 1 do
  local key = KEYS[index]
  if redis.call('EXISTS', key) == 1 then
    local old = memberOf(key)
    if old ~= member then redis.call('ZREM', left, old) end
    redis.call('UNLINK', key)
  end
end
redis.call('HSET', own, 'state', 'IN_PROGRESS', 'startedAt', ARGV[1], 'owner', owner, 'leaseUntil', leaseUntil,
  'inputHash', ARGV[5], 'id', ARGV[7], 'account', ARGV[8], unpack(ARGV, 10))
if result then redis.call('HSET', own, 'result', result) end
redis.call('PEXPIRE', own, keep)
redis.call('PEXPIRE', left, keep)
return {'STARTED', redis.call('HGETALL', own)}
`;

/** Of a lease that ran out and that nobody took its owner may still make use. */
const NEEDS_LEASE = `${FIELDS}
if not isKept(KEYS[1], ARGV[1], ARGV[2]) or read(KEYS[1], 'owner') ~= ARGV[3] then return 0 end
`;

/** Arguments: now, how long operations are kept, owner, the lease's end. Gives whether it is that now. */
const RENEW = `${NEEDS_LEASE}
lend(KEYS[1], KEYS[2], ARGV[3], ARGV[4])
return 1
`;

/** Arguments: now, how long operations are kept, owner, state, and the result when there is one. Gives whether that was written. */
const FINISH = `${NEEDS_LEASE}
local member = memberOf(KEYS[1])
redis.call('HSET', KEYS[1], 'state', ARGV[4], 'leaseUntil', '0')
if ARGV[5] then redis.call('HSET', KEYS[1], 'result', ARGV[5]) end
redis.call('HDEL', KEYS[1], 'owner')
if ARGV[4] == 'UNKNOWN' then
  redis.call('ZADD', KEYS[2], 0, member)
else
  redis.call('HSET', KEYS[1], 'finishedAt', ARGV[1], 'change', '${FORGOTTEN}')
  redis.call('ZREM', KEYS[2], member)
end
return 1
`;

/** Arguments: now, how long operations are kept. Gives the operation's fields, none when there is no such one. */
const READ = `${FIELDS}
return isKept(KEYS[1], ARGV[1], ARGV[2]) and redis.call('HGETALL', KEYS[1]) or {}
`;

/**
 * KEYS[1] is what is unfinished. Arguments: now, how many to leave out, how many. Gives members whose lease is over, and
 * after each the end of it.
 */
const LOOK = `
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])
`;

/**
 * Arguments: now, how long operations are kept, owner, the lease's end, the member that was seen. Gives the operation's
 * fields, none when it is not left any more. A member that stands for nothing is removed.
 */
const TAKE = `${FIELDS}
if not isKept(KEYS[1], ARGV[1], ARGV[2]) or memberOf(KEYS[1]) ~= ARGV[5] then
  redis.call('ZREM', KEYS[2], ARGV[5])
  return {}
end
local state, held = read(KEYS[1], 'state', 'leaseUntil')
if (state ~= 'IN_PROGRESS' and state ~= 'UNKNOWN') or tonumber(held) > tonumber(ARGV[1]) then return {} end
lend(KEYS[1], KEYS[2], ARGV[3], ARGV[4])
redis.call('HSET', KEYS[1], 'state', 'UNKNOWN')
return redis.call('HGETALL', KEYS[1])
`;

/** KEYS[1] is a claim. Arguments: now, id, the claim's end, how long that is. Gives the id of the operation that has it. */
const CLAIM = `
local id, deadline = unpack(redis.call('HMGET', KEYS[1], 'id', 'until'))
if id and tonumber(deadline) > tonumber(ARGV[1]) then return id end
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'until', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return ARGV[2]
`;

/** KEYS[1] is a claim. Argument: now. Gives the id of the operation that has it, or nothing. */
const CLAIMED = `
local id, deadline = unpack(redis.call('HMGET', KEYS[1], 'id', 'until'))
return id and tonumber(deadline) > tonumber(ARGV[1]) and id
`;

export const OPERATION_SCRIPTS = {
  ledgerBegin: { numberOfKeys: PROVIDER_NAMES.length + 1, lua: BEGIN },
  ledgerRenew: { numberOfKeys: 2, lua: RENEW },
  ledgerFinish: { numberOfKeys: 2, lua: FINISH },
  ledgerRead: { numberOfKeys: 1, lua: READ },
  ledgerLook: { numberOfKeys: 1, lua: LOOK },
  ledgerTake: { numberOfKeys: 2, lua: TAKE },
  ledgerClaim: { numberOfKeys: 1, lua: CLAIM },
  ledgerClaimed: { numberOfKeys: 1, lua: CLAIMED },
} as const satisfies Record<string, RedisScript>;
