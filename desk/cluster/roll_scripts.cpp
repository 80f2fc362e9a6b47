#include "desk/cluster/roll_scripts.hpp"

namespace desk::cluster::roll_scripts {

const sio::cluster::Script kEnter{R"lua(
local at = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('DEL', at .. ':shares:' .. ARGV[1])
redis.call('ZADD', at .. ':leases', now + ARGV[2], ARGV[1])
return 1
)lua"};

const sio::cluster::Script kLoad{R"lua(
local at = KEYS[1]
local held = redis.call('ZSCORE', at .. ':leases', ARGV[1]) and 1 or 0
local all = {held, tonumber(redis.call('GET', at .. ':seq') or 0)}
for _, set in ipairs({redis.call('ZRANGE', at .. ':leases', 0, -1), redis.call('SMEMBERS', at .. ':ending')}) do
    for _, lease in ipairs(set) do
        table.insert(all, lease)
        table.insert(all, redis.call('HGETALL', at .. ':shares:' .. lease))
    end
end
return all
)lua"};

// Who is back is there before they are gone from where they were handed over: in between there is more of them, never less.
const sio::cluster::Script kPut{R"lua(
local at, lease = KEYS[1], ARGV[1]
if not redis.call('ZSCORE', at .. ':leases', lease) then return 0 end
local handed = redis.call('SMEMBERS', at .. ':handed')
local changed, gone = {}, {}
for i = 2, #ARGV, 3 do
    local key, payload, how = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    if payload ~= (redis.call('HGET', at .. ':shares:' .. lease, key) or '') then
        if payload == '' then
            redis.call('HDEL', at .. ':shares:' .. lease, key)
        else
            redis.call('HSET', at .. ':shares:' .. lease, key, payload)
        end
        table.insert(changed, how .. key .. '\t' .. payload)
    end
    if payload ~= '' then
        for _, other in ipairs(handed) do
            if other ~= lease and redis.call('HDEL', at .. ':shares:' .. other, key) == 1 then
                gone[other] = gone[other] or {}
                table.insert(gone[other], 't' .. key .. '\t')
            end
        end
    end
end
local function tell(whose, lines)
    local seq = redis.call('INCR', at .. ':seq')
    redis.call('PUBLISH', at, string.format('%d %s %s\n', seq, whose, lease) .. table.concat(lines, '\n'))
end
if #changed > 0 then tell(lease, changed) end
for other, lines in pairs(gone) do tell(other, lines) end
return 1
)lua"};

const sio::cluster::Script kKeep{R"lua(
local at, lease = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held, claimed, removed = 0, 0, 0
if redis.call('ZSCORE', at .. ':leases', lease) then
    held = 1
    if redis.call('SISMEMBER', at .. ':handed', lease) == 0 then redis.call('ZADD', at .. ':leases', now + ARGV[2], lease) end
end
local function tell(whose, lines)
    local seq = redis.call('INCR', at .. ':seq')
    redis.call('PUBLISH', at, string.format('%d %s %s\n', seq, whose, lease) .. table.concat(lines, '\n'))
end
if held == 1 and ARGV[3] == '1' then
    for _, lapsed in ipairs(redis.call('ZRANGEBYSCORE', at .. ':leases', '-inf', now)) do
        redis.call('ZREM', at .. ':leases', lapsed)
        redis.call('SREM', at .. ':handed', lapsed)
        redis.call('SADD', at .. ':ending', lapsed)
        claimed = claimed + 1
    end
end
local ending = redis.call('SMEMBERS', at .. ':ending')
for _, lapsed in ipairs(ending) do
    local shares = at .. ':shares:' .. lapsed
    local lines = {}
    local some = redis.call('HSCAN', shares, 0, 'COUNT', ARGV[4])[2]
    for i = 1, #some, 2 do
        redis.call('HDEL', shares, some[i])
        table.insert(lines, 'i' .. some[i] .. '\t')
    end
    removed = removed + #lines
    if redis.call('EXISTS', shares) == 0 then
        redis.call('SREM', at .. ':ending', lapsed)
        table.insert(lines, '.')
    end
    if #lines > 0 then tell(lapsed, lines) end
    if removed > 0 then break end
end
return {held, tonumber(redis.call('GET', at .. ':seq') or 0), claimed, removed, redis.call('SCARD', at .. ':ending'),
        redis.call('ZRANGE', at .. ':leases', 0, -1)}
)lua"};

// Also of one that Valkey has forgotten: the others wait for it.
const sio::cluster::Script kLeave{R"lua(
local at = KEYS[1]
redis.call('ZREM', at .. ':leases', ARGV[1])
redis.call('SADD', at .. ':ending', ARGV[1])
return 1
)lua"};

const sio::cluster::Script kHandOver{R"lua(
local at = KEYS[1]
if not redis.call('ZSCORE', at .. ':leases', ARGV[1]) then return 0 end
local time = redis.call('TIME')
redis.call('ZADD', at .. ':leases', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
redis.call('SADD', at .. ':handed', ARGV[1])
return 1
)lua"};

}  // namespace desk::cluster::roll_scripts
