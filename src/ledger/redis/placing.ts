import { TIME_LENGTH } from './place.ts';
import { LETTERS_BY_STAGE, UNSETTLED_LETTERS } from './row.ts';

/** What the scripts of the index share: how a row is read (`row.ts`), and what stands in the sorted set for it. */
export const PLACING = `
local TIME = ${TIME_LENGTH}

local function isMissing(row) return string.sub(row, 1, 1) == '!' end
local function bare(row) return isMissing(row) and string.sub(row, TIME + 2) or row end
local function isArchived(row) return string.sub(row, TIME + 2, TIME + 2) == '1' end

-- Customer, subscription and payment.
local function partsOf(row)
  local parts, at = {}, TIME + 3
  for number = 1, 3 do
    local part = '-'
    if string.sub(row, at, at) ~= '-' then
      local length = string.match(row, '^%d+', at)
      part = string.sub(row, at, at + #length + tonumber(length))
    end
    at = at + #part
    parts[number] = part
  end
  return parts
end

local DIGITS = string.rep('%d', TIME)
local function isRow(row)
  if isMissing(row) and not string.match(row, '^!' .. DIGITS) then return false end
  row = bare(row)
  if not string.match(row, '^' .. DIGITS .. '[${LETTERS_BY_STAGE}][01]') then return false end
  local at = TIME + 3
  for number = 1, 3 do
    local length = string.match(row, '^(%d+):', at)
    if length then
      at = at + #length + 1 + tonumber(length)
    elseif string.sub(row, at, at) == '-' then
      at = at + 1
    else
      return false
    end
  end
  return at == #row + 1
end

-- What somebody else has written there is no row, and is written over.
local function knownOf(id)
  local row = redis.call('HGET', KEYS[1], id)
  return row and isRow(row) and row or nil
end

local function membersOf(id, row)
  if isMissing(row) then return {'m' .. string.sub(row, 2, TIME + 1) .. id} end
  local group = string.sub(row, TIME + 1, TIME + 2)
  local place = string.sub(row, 1, TIME) .. id
  -- One that ended without a subscription is of no use to who looks for one, and most end so.
  local mayGet = string.find('${UNSETTLED_LETTERS}', string.sub(group, 1, 1), 1, true)
  local members = {'s' .. group .. place}
  local parts = partsOf(row)
  for number, what in ipairs({'c', 'b', 'p'}) do
    local part = parts[number]
    if part ~= '-' or (mayGet and what ~= 'c') then members[#members + 1] = what .. part .. group .. place end
  end
  return members
end

-- What takes memory comes first: a Redis that is full refuses a script at its first write, so all is done or nothing.
local function replace(id, old, new)
  local isNew = {}
  local added = {}
  for _, member in ipairs(membersOf(id, new)) do
    isNew[member] = true
    added[#added + 1] = '0'
    added[#added + 1] = member
  end
  redis.call('ZADD', KEYS[2], unpack(added))
  redis.call('HSET', KEYS[1], id, new)
  for _, member in ipairs(old and membersOf(id, old) or {}) do
    if not isNew[member] then redis.call('ZREM', KEYS[2], member) end
  end
end
`;
