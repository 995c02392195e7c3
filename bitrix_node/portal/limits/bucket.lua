-- The leaky bucket of bucket.py, shared by processes: one report in, one turn out, nothing in between.
-- KEYS[1]  the bucket, kept as JSON
-- ARGV     client, travelling, answered, worked, refused (0 or 1), ask, rate and burst ('' where none are stated),
--          the past of mirror.py (life, level, untold, and travelling as JSON),
--          lease, longest block, rounding, exact, moment ('' for the time of this server)
-- returns  granted (0 or 1), delay, room, then how the bucket stands: life, number, level, rate, burst
local client, ask = ARGV[1], ARGV[6]
local travelling, answered, worked = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local refused = ARGV[5] == '1'
local known_life, known_level, untold = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
local lease, longest_block, rounding = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local exact = tonumber(ARGV[16])

local now = tonumber(ARGV[17])
if not now then
  local time = redis.call('TIME')
  now = (time[1] - 1700000000) + time[2] / 1000000 -- JSON keeps 14 digits: six of them behind the point
end

local stored = redis.call('GET', KEYS[1])
local bucket = stored and cjson.decode(stored)
  or { rate = 2, burst = 50, level = 0, at = now, empty_since = now, blocked_until = 0, refusals = 0, turns = 0, clients = {} }
bucket.life = bucket.life or string.format('%s@%.6f', client, now)
bucket.number = (bucket.number or 0) + 1

local function drain()
  now = math.max(now, bucket.at)
  if bucket.level > 0 then
    bucket.empty_since = bucket.at + bucket.level / bucket.rate
    bucket.level = math.max(0, bucket.level - (now - bucket.at) * bucket.rate)
  end
  bucket.at = now
end

local function pour(requests, arrived)
  local began = now
  if bucket.level <= 0 then
    began = math.min(math.max(arrived, bucket.empty_since or now), now)
    bucket.empty_since = began + requests / bucket.rate
  end
  local left = math.max(0, requests - (now - began) * bucket.rate)
  bucket.level = math.min(bucket.burst, bucket.level + left)
end

local function all_travelling()
  local sum = 0
  for _, each in pairs(bucket.clients) do sum = sum + each.travelling end
  return sum
end

local function waiting_before(turn)
  local count = 0
  for _, each in pairs(bucket.clients) do
    if each.turn and each.turn < turn then count = count + 1 end
  end
  return count
end

local function free()
  if now < bucket.blocked_until then return 0 end
  return math.max(0, math.floor(bucket.burst - bucket.level - all_travelling() + exact))
end

drain()
if ARGV[7] ~= '' then
  bucket.rate, bucket.burst = tonumber(ARGV[7]), tonumber(ARGV[8])
end

local silent = {}
for name, each in pairs(bucket.clients) do
  if each['until'] < now then silent[#silent + 1] = name end
end
for _, name in ipairs(silent) do
  pour(bucket.clients[name].travelling, now)
  bucket.clients[name] = nil
end

if known_life ~= bucket.life then
  bucket.level = math.max(bucket.level, known_level)
end
bucket.level = math.min(bucket.burst, bucket.level + untold)
if known_life ~= bucket.life or untold > 0 then
  for name, count in pairs(cjson.decode(ARGV[12])) do
    bucket.clients[name] = bucket.clients[name] or { ['until'] = now + lease, travelling = count }
  end
end

local own = bucket.clients[client] or {}
bucket.clients[client] = own
own['until'], own.travelling = now + lease, travelling
pour(answered, now - worked)
if refused then
  bucket.level = math.max(bucket.level, bucket.burst - all_travelling())
  if now >= bucket.blocked_until then
    bucket.blocked_until = now + math.min(2 ^ bucket.refusals, longest_block) / bucket.rate
    bucket.refusals = math.min(bucket.refusals + 1, longest_block)
  end
elseif answered > 0 and now >= bucket.blocked_until then
  bucket.refusals = 0
end

local granted, delay = 0, 0
if ask == 'leave' then
  own.turn = nil
elseif ask == 'take' then
  if not own.turn then
    bucket.turns = bucket.turns + 1
    own.turn = bucket.turns
  end
  local ahead = waiting_before(own.turn)
  if free() > ahead then
    granted, own.travelling, own.turn = 1, own.travelling + 1, nil
  else
    local missing = bucket.level + all_travelling() + ahead + 1 - bucket.burst
    delay = math.max(missing / bucket.rate, bucket.blocked_until - now, 0) + rounding
  end
end
local room = math.max(0, free() - waiting_before(math.huge))
if own.travelling == 0 and not own.turn then bucket.clients[client] = nil end

local kept = math.ceil(math.max(4 * lease, 2 * bucket.burst / bucket.rate))
redis.call('SET', KEYS[1], cjson.encode(bucket), 'EX', kept)
local level, rate = string.format('%.14g', bucket.level), string.format('%.14g', bucket.rate)
return { granted, string.format('%.6f', delay), room, bucket.life, bucket.number, level, rate, bucket.burst }
