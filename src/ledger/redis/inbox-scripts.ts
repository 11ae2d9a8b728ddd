import type { RedisScript } from '../../redis/link.ts';

/*
 * An event is a hash: `receivedAt`, and as long as it was not applied eventId, subject, attempts, the lease's owner and
 * `dueAt`, when it may be taken: the end of its lease, or what it was postponed to. KEYS[1] is that hash; KEYS[2] is
 * what waits to be applied among the account's events of the same slot, a sorted set with `dueAt` as score. Its members
 * are <receivedAt><the event's name>, so that it is known from them which is the oldest.
 * Times are those of the gateways' clocks, and decide; that keys go away by Redis' own only clears up.
 * What takes memory comes first in each script: a Redis that is full refuses it at its first write, so all is done or
 * nothing.
 */

const FIELDS = `
local function read(...) return unpack(redis.call('HMGET', KEYS[1], ...)) end
local function memberOf(receivedAt, name) return string.format('%015.0f', receivedAt) .. name end
local function isKept(now, keep)
  local receivedAt = read('receivedAt')
  return receivedAt and receivedAt + keep > tonumber(now)
end
`;

/**
 * Arguments: now, how long events are kept, name; and when there is anything to apply owner, the lease's end, id and
 * subject. Gives whether it was written.
 */
const RECORD = `${FIELDS}
local now, keep, name = ARGV[1], ARGV[2], ARGV[3]
if isKept(now, keep) then return 0 end
local member, before = memberOf(now, name), read('receivedAt')
if ARGV[4] then
  redis.call('ZADD', KEYS[2], ARGV[5], member)
  redis.call('HSET', KEYS[1], 'receivedAt', now, 'attempts', '0', 'owner', ARGV[4], 'dueAt', ARGV[5],
    'eventId', ARGV[6], 'subject', ARGV[7])
  redis.call('PEXPIRE', KEYS[2], keep)
else
  redis.call('HSET', KEYS[1], 'receivedAt', now)
  redis.call('HDEL', KEYS[1], 'attempts', 'owner', 'dueAt', 'eventId', 'subject')
end
redis.call('PEXPIRE', KEYS[1], keep)
-- One that was never applied in its 7 days.
if before then redis.call('ZREM', KEYS[2], memberOf(before, name)) end
return 1
`;

/** Of a lease that ran out and that nobody took its owner may still make use. */
const NEEDS_LEASE = `${FIELDS}
if not isKept(ARGV[1], ARGV[2]) or read('owner') ~= ARGV[4] then return 0 end
local member = memberOf(read('receivedAt'), ARGV[3])
`;

/** Takes no memory at all. Arguments: now, how long events are kept, name, owner. Gives whether that was written. */
const FINISH = `${NEEDS_LEASE}
redis.call('HDEL', KEYS[1], 'attempts', 'owner', 'dueAt', 'eventId', 'subject')
redis.call('ZREM', KEYS[2], member)
return 1
`;

/** Arguments: now, how long events are kept, name, owner, when it may be taken. Gives whether that was written. */
const POSTPONE = `${NEEDS_LEASE}
redis.call('ZADD', KEYS[2], ARGV[5], member)
redis.call('HSET', KEYS[1], 'dueAt', ARGV[5], 'attempts', read('attempts') + 1)
redis.call('HDEL', KEYS[1], 'owner')
return 1
`;

/** KEYS[1] is what waits. Arguments: now, how many to leave out, how many. Gives members whose time has come. */
const LOOK = `
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', ARGV[2], ARGV[3])
`;

/**
 * Arguments: now, how long events are kept, the member that was seen, owner, the lease's end. Gives id, subject, time
 * of receipt and attempts, nothing when it may not be taken any more. A member that stands for nothing is removed.
 */
const TAKE = `${FIELDS}
local id, subject, receivedAt, attempts, dueAt = read('eventId', 'subject', 'receivedAt', 'attempts', 'dueAt')
if not isKept(ARGV[1], ARGV[2]) or not subject or memberOf(receivedAt, string.sub(ARGV[3], 16)) ~= ARGV[3] then
  redis.call('ZREM', KEYS[2], ARGV[3])
  return {}
end
if tonumber(dueAt) > tonumber(ARGV[1]) then return {} end
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[3])
redis.call('HSET', KEYS[1], 'owner', ARGV[4], 'dueAt', ARGV[5])
return {id, subject, receivedAt, attempts}
`;

export const INBOX_SCRIPTS = {
  ledgerRecord: { numberOfKeys: 2, lua: RECORD },
  ledgerFinishEvent: { numberOfKeys: 2, lua: FINISH },
  ledgerPostponeEvent: { numberOfKeys: 2, lua: POSTPONE },
  ledgerLookForEvents: { numberOfKeys: 1, lua: LOOK },
  ledgerTakeEvent: { numberOfKeys: 2, lua: TAKE },
} as const satisfies Record<string, RedisScript>;
