import type { RedisScript } from '../../redis/link.ts';
import { MERGE } from './merge-script.ts';
import { PLACING } from './placing.ts';

/*
 * An account's index is two keys of one slot. KEYS[1] is a hash: a session's id, and its row as `row.ts` writes it, with
 * `!` and the end of the hour in front while the provider does not know the session. KEYS[2] is a sorted set with all
 * scores 0, which Redis sorts by bytes, and that is what an index of a database is: each session stands in it once for
 * everything that a page can ask for by equality, as <what><group><time><id>. So a page is read off a few stretches of
 * it, however many sessions there are and however rare what is asked for is. A session that its provider does not know
 * stands there as m<time><id> alone.
 */

/** Sessions that come back at once when their hour is over, so that no page waits for the writing of many. */
const BACK_AT_ONCE = 250;

/** Sessions whose hour is over are listed again: moved back here and not told by every read, which would have to step over the others. */
const BRINGING_BACK = `${PLACING}
local function bringBack(due)
  for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[m', '(m' .. due, 'LIMIT', 0, ${BACK_AT_ONCE})) do
    local id = string.sub(member, TIME + 2)
    local row = knownOf(id)
    if row and string.sub(row, 1, TIME + 1) == '!' .. string.sub(member, 2, TIME + 1) then
      replace(id, row, bare(row))
    else
      redis.call('ZREM', KEYS[2], member)
    end
  end
end
`;

/** An end of what is read, in one stretch. */
const WITHIN = `
local function within(stop, beginning) return string.sub(stop, 1, 1) .. beginning .. string.sub(stop, 2) end
`;

/** Arguments: id, row. Gives 0 when nothing was written. */
const LEARN = `${PLACING}
local known = knownOf(ARGV[1])
-- Archives give nothing back: such a read began before.
if known and isArchived(bare(known)) and not isArchived(ARGV[2]) then return 0 end
-- A Redis that evicts may have lost one key of the two.
if known == ARGV[2] and redis.call('ZSCORE', KEYS[2], membersOf(ARGV[1], known)[1]) then return 0 end
replace(ARGV[1], known, ARGV[2])
return 1
`;

/** Arguments: id, the time up to which the session is left out. */
const MISSING = `${PLACING}
local known = knownOf(ARGV[1])
if not known then return 0 end
replace(ARGV[1], known, '!' .. ARGV[2] .. bare(known))
return 1
`;

/** Arguments: a mark for who finds none. Gives the one that is there then. */
const MARK = `
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
`;

/**
 * Merges stretches into the order of the list. Each is read only as far as what has been found in those before it leaves
 * room for. A session may stand in several of them.
 * Arguments: the time before which hours are over, older or newer, how many, the lower and the upper end, what each
 * stretch begins with. Gives place, row, place, row and so on, in the direction.
 */
const PAGE = `${BRINGING_BACK}${WITHIN}
bringBack(ARGV[1])
local isOlder, limit, low, high = ARGV[2] == 'older', tonumber(ARGV[3]), ARGV[4], ARGV[5]

-- Places by their time, and the times as numbers that sort in the direction: Lua sorts numbers much faster than texts.
local places, times, count, isKnown = {}, {}, 0, {}
local function add(place)
  if isKnown[place] then return end
  isKnown[place] = true
  local time = tonumber(string.sub(place, 1, TIME)) * (isOlder and -1 or 1)
  if not places[time] then
    places[time] = {}
    times[#times + 1] = time
  end
  table.insert(places[time], place)
  count = count + 1
end

-- Leaves out what is beyond the time at which there are enough, now and in what is still to be read.
local function cut()
  table.sort(times)
  local kept, last = 0, nil
  for index = 1, #times do
    local time = times[index]
    if kept >= limit then
      times[index], places[time] = nil, nil
    else
      kept, last = kept + #places[time], time
    end
  end
  count = kept
  local stop = string.sub(places[last][1], 1, TIME)
  if isOlder then low = '[' .. stop else high = '(' .. stop .. '\\255' end
end

for index = 6, #ARGV do
  local from, to = within(low, ARGV[index]), within(high, ARGV[index])
  local members
  if isOlder then
    members = redis.call('ZREVRANGEBYLEX', KEYS[2], to, from, 'LIMIT', 0, limit)
  else
    members = redis.call('ZRANGEBYLEX', KEYS[2], from, to, 'LIMIT', 0, limit)
  end
  for _, member in ipairs(members) do add(string.sub(member, #ARGV[index] + 1)) end
  if count >= 2 * limit then cut() end
end

-- By bytes: Lua's own comparison of texts follows the server's language.
local function isGreater(a, b)
  for at = TIME + 1, math.min(#a, #b) do
    local one, other = string.byte(a, at), string.byte(b, at)
    if one ~= other then return one > other end
  end
  return #a > #b
end
local function isSooner(a, b)
  if isOlder then return isGreater(a, b) end
  return isGreater(b, a)
end

table.sort(times)
local found, ids, reply = {}, {}, {}
for _, time in ipairs(times) do
  if #found >= limit then break end
  table.sort(places[time], isSooner)
  for _, place in ipairs(places[time]) do
    if #found < limit then
      found[#found + 1] = place
      ids[#ids + 1] = string.sub(place, TIME + 1)
    end
  end
end
if #found == 0 then return reply end
for index, row in ipairs(redis.call('HMGET', KEYS[1], unpack(ids))) do
  reply[2 * index - 1] = found[index]
  reply[2 * index] = row
end
return reply
`;

/** Arguments: the time before which hours are over, the lower and the upper end, what each stretch begins with. */
const COUNT = `${BRINGING_BACK}${WITHIN}
bringBack(ARGV[1])
local sum = 0
for index = 4, #ARGV do
  sum = sum + redis.call('ZLEXCOUNT', KEYS[2], within(ARGV[2], ARGV[index]), within(ARGV[3], ARGV[index]))
end
return sum
`;

export const INDEX_SCRIPTS = {
  ledgerLearn: { numberOfKeys: 2, lua: LEARN },
  ledgerMissing: { numberOfKeys: 2, lua: MISSING },
  ledgerMerge: { numberOfKeys: 2, lua: MERGE },
  ledgerMark: { numberOfKeys: 1, lua: MARK },
  ledgerPage: { numberOfKeys: 2, lua: PAGE },
  ledgerCount: { numberOfKeys: 2, lua: COUNT },
} as const satisfies Record<string, RedisScript>;
