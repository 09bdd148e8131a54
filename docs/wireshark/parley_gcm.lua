-- AES-256-GCM in Lua, opening only: the Lua of Wireshark 4.0 has no ciphers, and a dissector needs no speed. A tag of 16 bytes
-- and a nonce of 12, as SBC/1 has them (docs/protocol.md 2.6). Must never be here: a protocol.
-- Wireshark loads it with the other scripts of a folder; by itself it does nothing.

-- Wireshark brings one of the two with Lua 5.1 and 5.2; from 5.3 on the language has operators, which 5.2 could not parse.
local bit = rawget(_G, 'bit') or rawget(_G, 'bit32') or load([[
  local function all(f)
    return function(a, b, ...)
      local value = f(a, b)
      for _, more in ipairs({ ... }) do value = f(value, more) end
      return value
    end
  end
  return {
    bxor = all(function(a, b) return a ~ b end),
    band = all(function(a, b) return a & b end),
    bor = all(function(a, b) return a | b end),
    lshift = function(a, n) return (a << n) & 0xffffffff end,
    rshift = function(a, n) return (a & 0xffffffff) >> n end,
  }
]])()
local bxor, band, bor, lshift, rshift = bit.bxor, bit.band, bit.bor, bit.lshift, bit.rshift

-- AES (FIPS 197): the S-box from inverses in GF(2^8), then one table for each byte of a word.

local function double(byte)
  local twice = byte * 2
  return twice > 255 and bxor(twice - 256, 0x1b) or twice
end

local SBOX = {}
do
  -- 3 generates all values but 0, and 3 times its inverse is 1.
  local power, inverse = 1, 1
  repeat
    power = bxor(power, double(power))
    for _, shift in ipairs({ 1, 2, 4 }) do
      inverse = band(bxor(inverse, lshift(inverse, shift)), 255)
    end
    if inverse >= 128 then inverse = bxor(inverse, 9) end
    local value = inverse
    for turn = 1, 4 do
      value = bxor(value, bor(band(lshift(inverse, turn), 255), rshift(inverse, 8 - turn)))
    end
    SBOX[power] = bxor(value, 0x63)
  until power == 1
  SBOX[0] = 0x63
end

local function word(a, b, c, d)
  return bor(lshift(a, 24), lshift(b, 16), lshift(c, 8), d)
end

local T0, T1, T2, T3 = {}, {}, {}, {}
for byte = 0, 255 do
  local s = SBOX[byte]
  local s2 = double(s)
  local s3 = bxor(s2, s)
  T0[byte], T1[byte] = word(s2, s, s, s3), word(s3, s2, s, s)
  T2[byte], T3[byte] = word(s, s3, s2, s), word(s, s, s3, s2)
end

local function words(bytes)
  local list = {}
  for at = 1, #bytes, 4 do
    list[#list + 1] = word(bytes:byte(at, at + 3))
  end
  return list
end

local function sub_word(w)
  return word(SBOX[rshift(w, 24)], SBOX[band(rshift(w, 16), 255)], SBOX[band(rshift(w, 8), 255)], SBOX[band(w, 255)])
end

local ROUNDS = 14

local function expand(key)
  local w = words(key)
  local constant = 1
  for i = 8, 4 * (ROUNDS + 1) - 1 do
    local last = w[i]
    if i % 8 == 0 then
      last = bxor(sub_word(bor(lshift(last, 8), rshift(last, 24))), lshift(constant, 24))
      constant = double(constant)
    elseif i % 8 == 4 then
      last = sub_word(last)
    end
    w[i + 1] = bxor(w[i - 7], last)
  end
  return w
end

local function final(a, b, c, d, key)
  return bxor(
    word(SBOX[rshift(a, 24)], SBOX[band(rshift(b, 16), 255)], SBOX[band(rshift(c, 8), 255)], SBOX[band(d, 255)]),
    key
  )
end

local function encrypt(w, a, b, c, d)
  a, b, c, d = bxor(a, w[1]), bxor(b, w[2]), bxor(c, w[3]), bxor(d, w[4])
  local function mix(p, q, r, s, key)
    return bxor(T0[rshift(p, 24)], T1[band(rshift(q, 16), 255)], T2[band(rshift(r, 8), 255)], T3[band(s, 255)], key)
  end
  for round = 1, ROUNDS - 1 do
    local k = 4 * round
    a, b, c, d =
      mix(a, b, c, d, w[k + 1]), mix(b, c, d, a, w[k + 2]), mix(c, d, a, b, w[k + 3]), mix(d, a, b, c, w[k + 4])
  end
  local k = 4 * ROUNDS
  return final(a, b, c, d, w[k + 1]), final(b, c, d, a, w[k + 2]), final(c, d, a, b, w[k + 3]), final(d, a, b, c, w[k + 4])
end

-- GHASH (NIST SP 800-38D): four bits at a time. The first bit of a block is the highest of its first word.

-- A value times x.
local function times_x(v)
  local a, b, c, d = v[1], v[2], v[3], v[4]
  local carry = band(d, 1) == 1 and 0xe1000000 or 0
  return {
    bxor(rshift(a, 1), carry),
    bor(rshift(b, 1), lshift(band(a, 1), 31)),
    bor(rshift(c, 1), lshift(band(b, 1), 31)),
    bor(rshift(d, 1), lshift(band(c, 1), 31)),
  }
end

-- What four bits that leave at the end put into the first word.
local LEAVING = {}
for bits = 0, 15 do
  local v = { 0, 0, 0, bits }
  for _ = 1, 4 do
    v = times_x(v)
  end
  LEAVING[bits] = v[1]
end

local function multiples(h)
  local m = { [0] = { 0, 0, 0, 0 }, [8] = h }
  m[4] = times_x(m[8])
  m[2] = times_x(m[4])
  m[1] = times_x(m[2])
  for _, high in ipairs({ 2, 4, 8 }) do
    for low = 1, high - 1 do
      local sum = {}
      for i = 1, 4 do
        sum[i] = bxor(m[high][i], m[low][i])
      end
      m[high + low] = sum
    end
  end
  return m
end

local function times_h(m, x)
  local a, b, c, d = 0, 0, 0, 0
  for i = 4, 1, -1 do
    for shift = 0, 28, 4 do
      local leaving = LEAVING[band(d, 15)]
      d = bor(rshift(d, 4), lshift(band(c, 15), 28))
      c = bor(rshift(c, 4), lshift(band(b, 15), 28))
      b = bor(rshift(b, 4), lshift(band(a, 15), 28))
      a = bxor(rshift(a, 4), leaving)
      local y = m[band(rshift(x[i], shift), 15)]
      a, b, c, d = bxor(a, y[1]), bxor(b, y[2]), bxor(c, y[3]), bxor(d, y[4])
    end
  end
  return a, b, c, d
end

local function ghash(m, data, hash)
  for at = 1, #data, 16 do
    local block = data:sub(at, at + 15)
    local x = words(block .. ('\0'):rep(16 - #block))
    for i = 1, 4 do
      x[i] = bxor(x[i], hash[i])
    end
    hash[1], hash[2], hash[3], hash[4] = times_h(m, x)
  end
end

local function bytes_of(w)
  return string.char(rshift(w, 24), band(rshift(w, 16), 255), band(rshift(w, 8), 255), band(w, 255))
end

-- Expanded keys; forgotten together when there are many.
local prepared, count = {}, 0

local function prepare(key)
  local known = prepared[key]
  if known then return known end
  if count >= 256 then
    prepared, count = {}, 0
  end
  local w = expand(key)
  known = { w = w, m = multiples({ encrypt(w, 0, 0, 0, 0) }) }
  prepared[key], count = known, count + 1
  return known
end

local gcm = {}

-- key: 32 bytes, nonce: 12, associated: any, box: ciphertext and 16 bytes of tag; all are strings.
-- Gives the plaintext, or nil if it does not verify.
function gcm.open(key, nonce, associated, box)
  if #box < 16 then return nil end
  local keys = prepare(key)
  local text, tag = box:sub(1, -17), words(box:sub(-16))
  local n = words(nonce)
  local hash = { 0, 0, 0, 0 }
  ghash(keys.m, associated, hash)
  ghash(keys.m, text, hash)
  ghash(keys.m, bytes_of(0) .. bytes_of(#associated * 8) .. bytes_of(0) .. bytes_of(#text * 8), hash)
  local mask = { encrypt(keys.w, n[1], n[2], n[3], 1) }
  for i = 1, 4 do
    if bxor(hash[i], mask[i], tag[i]) ~= 0 then return nil end
  end
  local plain = {}
  for at = 1, #text, 16 do
    local block = text:sub(at, at + 15)
    local x = words(block .. ('\0'):rep(16 - #block))
    local stream = { encrypt(keys.w, n[1], n[2], n[3], 1 + (at + 15) / 16) }
    local out = {}
    for i = 1, 4 do
      out[i] = bytes_of(bxor(x[i], stream[i]))
    end
    plain[#plain + 1] = table.concat(out):sub(1, #block)
  end
  return table.concat(plain)
end

return gcm
