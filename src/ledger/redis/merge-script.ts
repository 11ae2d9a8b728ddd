import { PLACING } from './placing.ts';
import { LETTERS_BY_STAGE } from './row.ts';

/**
 * What was learned some time ago, by who may know less than is known here: only what is further along is taken, whoever
 * said it first. Arguments: 1 when sessions that are left out shall be here too, although they are listed; then id and
 * row for each session.
 */
export const MERGE = `${PLACING}
local function stageOf(row)
  local ids = 0
  for _, part in ipairs(partsOf(row)) do if part ~= '-' then ids = ids + 1 end end
  local stage = string.find('${LETTERS_BY_STAGE}', string.sub(row, TIME + 1, TIME + 1), 1, true) or 0
  return (isArchived(row) and 1000 or 0) + stage * 10 + ids
end

for at = 2, #ARGV, 2 do
  local id, row = ARGV[at], ARGV[at + 1]
  local known = knownOf(id)
  if not known then
    replace(id, nil, row)
  else
    local lead = stageOf(bare(row)) - stageOf(bare(known))
    local merged = lead > 0 and bare(row) or bare(known)
    local left = isMissing(known) and known or (ARGV[1] == '1' and isMissing(row) and lead >= 0 and row)
    if left then merged = string.sub(left, 1, TIME + 1) .. merged end
    if merged ~= known or not redis.call('ZSCORE', KEYS[2], membersOf(id, merged)[1]) then
      replace(id, known, merged)
    end
  end
end
return 1
`;
