-- A Wireshark dissector for SBC/1, the protocol of Parley (docs/protocol.md). UDP and TCP, every field, what is malformed under
-- the names of machines/faults.ts, requests with their responses, attempts with their connections, sessions; with a key log
-- (--keylog of server or client) what is encrypted too. Needs parley_gcm.lua beside it. How to use it: README.md in this folder.
-- One file, because it is installed by copying it. Must never be here: a secret other than what the user's key log opens; and K_A is not in a key log.

local gcm = dofile(__DIR__ .. package.config:sub(1, 1) .. 'parley_gcm.lua')
local parley = Proto('parley', 'Parley SBC/1')

-- Tables -------------------------------------------------------------------------------------------------------------------

local UDP_TYPES = { [1] = 'HELLO', [2] = 'CHALLENGE', [3] = 'RESPONSE', [4] = 'AUTH_SUCCESS', [5] = 'AUTH_FAIL', [6] = 'RETRY' }
local TCP_TYPES = {
  [0x10] = 'CONNECT', [0x11] = 'CONNECTED', [0x20] = 'CHAT_REQUEST', [0x21] = 'CHAT_STARTED', [0x22] = 'UNREACHABLE',
  [0x23] = 'END_REQUEST', [0x24] = 'END_NOTIF', [0x25] = 'CHAT', [0x30] = 'HISTORY_REQ', [0x31] = 'HISTORY_RESP',
  [0x32] = 'HISTORY_END', [0x40] = 'KEEPALIVE', [0x41] = 'CLOSE',
}
local FROM = {
  HELLO = 'client', CHALLENGE = 'server', RESPONSE = 'client', AUTH_SUCCESS = 'server', AUTH_FAIL = 'server', RETRY = 'server',
  CONNECT = 'client', CONNECTED = 'server', CHAT_REQUEST = 'client', CHAT_STARTED = 'server', UNREACHABLE = 'server',
  END_REQUEST = 'client', END_NOTIF = 'server', HISTORY_REQ = 'client', HISTORY_RESP = 'server', HISTORY_END = 'server',
}
local FIELDS = {
  HELLO = { 'versions', 'id' }, CHALLENGE = { 'version', 'rand' }, RESPONSE = { 'id', 'res', 'rand' },
  AUTH_SUCCESS = { 'cookie', 'port' }, AUTH_FAIL = {}, RETRY = { 'token' },
  CONNECT = { 'cookie' }, CONNECTED = {}, CHAT_REQUEST = { 'id' }, CHAT_STARTED = { 'session', 'id' },
  UNREACHABLE = { 'id' }, END_REQUEST = { 'session' }, END_NOTIF = { 'session' }, CHAT = { 'session', 'text' },
  HISTORY_REQ = { 'id' }, HISTORY_RESP = { 'session', 'id', 'text' }, HISTORY_END = { 'id', 'status', 'count' },
  KEEPALIVE = {}, CLOSE = { 'reason' },
}
local EXTENSIONS = { END_NOTIF = { [1] = 'why' }, HISTORY_RESP = { [2] = 'time' } }
local REASONS = {
  [0] = 'log off', 'activity timer', 'logged on from elsewhere', 'server shutting down', 'protocol error', 'too slow',
  'internal error', 'no longer a subscriber',
}
local STATUSES = { [0] = 'complete', 'busy', 'incomplete' }
local WHYS = {
  [0] = 'ended by the other user', 'the other logged off', 'the other was lost', 'server shutting down',
  'a message could not be stored',
}
local SIZES = { client = { 128, 512, filled = 128 }, server = { 24, 128, filled = 0 } }
local ONLY_SIZE = { AUTH_SUCCESS = 84, AUTH_FAIL = 24 }
local TOKEN = 16
local EPOCH = 65536
local TEXT_MAX = 4096
local RECORD_MAX = 4176

-- Fields -------------------------------------------------------------------------------------------------------------------

local f = {
  name = ProtoField.string('parley.name', 'Message'),
  client = ProtoField.string('parley.client', 'Client of this attempt'),
  magic = ProtoField.string('parley.magic', 'Magic'),
  version = ProtoField.uint8('parley.version', 'Version'),
  type = ProtoField.uint8('parley.type', 'Type', base.HEX, UDP_TYPES),
  length = ProtoField.uint16('parley.length', 'Length'),
  attempt = ProtoField.bytes('parley.attempt', 'Attempt-ID'),
  ver_min = ProtoField.uint8('parley.ver_min', 'Lowest version offered'),
  ver_max = ProtoField.uint8('parley.ver_max', 'Highest version offered'),
  ver = ProtoField.uint8('parley.ver', 'Version chosen'),
  id_length = ProtoField.uint8('parley.id.length', 'Length of Client-ID'),
  id = ProtoField.string('parley.id', 'Client-ID'),
  rand = ProtoField.bytes('parley.rand', 'rand'),
  res = ProtoField.bytes('parley.res', 'Res'),
  token = ProtoField.bytes('parley.token', 'Token: the sender proves his address'),
  nonce = ProtoField.bytes('parley.nonce', 'Nonce'),
  ciphertext = ProtoField.bytes('parley.ciphertext', 'Ciphertext'),
  auth_tag = ProtoField.bytes('parley.auth_tag', 'Authentication tag'),
  cookie = ProtoField.bytes('parley.cookie', 'rand_cookie'),
  port = ProtoField.uint16('parley.port', 'port_number'),
  filling = ProtoField.bytes('parley.filling', 'Filling'),
  reserved = ProtoField.bytes('parley.reserved', 'Reserved'),
  tag = ProtoField.bytes('parley.tag', 'Lookup tag'),
  salt = ProtoField.bytes('parley.salt', 'Salt'),
  record_length = ProtoField.uint16('parley.record.length', 'Size of what follows'),
  record_seq = ProtoField.uint32('parley.record.seq', 'Record number'),
  record_epoch = ProtoField.uint32('parley.record.epoch', 'Key epoch'),
  direction = ProtoField.string('parley.direction', 'Direction'),
  message_length = ProtoField.uint16('parley.message.length', 'Length of message'),
  message = ProtoField.uint8('parley.message', 'Type', base.HEX, TCP_TYPES),
  session = ProtoField.uint32('parley.session', 'Session-ID'),
  text_length = ProtoField.uint16('parley.text.length', 'Length of text'),
  text = ProtoField.string('parley.text', 'Text', base.UNICODE),
  status = ProtoField.uint8('parley.status', 'Status', base.DEC, STATUSES),
  count = ProtoField.uint32('parley.count', 'Number of messages'),
  reason = ProtoField.uint8('parley.reason', 'Reason', base.DEC, REASONS),
  why = ProtoField.uint8('parley.why', 'Why', base.DEC, WHYS),
  time = ProtoField.uint64('parley.time', 'Accepted, ms since 1970'),
  extension = ProtoField.uint8('parley.extension', 'Extension', base.HEX),
  extension_length = ProtoField.uint8('parley.extension.length', 'Length'),
  extension_value = ProtoField.bytes('parley.extension.value', 'Value'),
  response_in = ProtoField.framenum('parley.response_in', 'Response in', base.NONE, frametype.RESPONSE),
  response_to = ProtoField.framenum('parley.response_to', 'Response to', base.NONE, frametype.REQUEST),
  took = ProtoField.double('parley.took', 'Seconds since the request'),
  repeats = ProtoField.framenum('parley.repeats', 'The same bytes as in', base.NONE, frametype.RETRANS_PREV),
  attempt_in = ProtoField.framenum('parley.attempt_in', 'Attempt begins in'),
  connection_in = ProtoField.framenum('parley.connection_in', 'Connection begins in'),
  session_in = ProtoField.framenum('parley.session_in', 'Session begins in'),
}
parley.fields = {}
for _, field in pairs(f) do table.insert(parley.fields, field) end

-- The names of machines/faults.ts that can be seen from outside.
local FAULTS = {
  DatagramOfWrongSize = 'A datagram of a size that its sender may not use',
  WrongMagic = 'It does not begin with SBCU (UDP) or SBCT (TCP)',
  UnknownHeaderVersion = 'The version of the header is not 1',
  UnknownDatagramType = 'There is no datagram of this type',
  DatagramOfWrongDirection = 'This role does not send this datagram',
  WrongLengthField = 'The length field differs from the size',
  FieldBeyondEnd = 'A field reaches beyond the end',
  MalformedClientId = 'A Client-ID is a letter and up to 31 letters, digits, dots, underscores, hyphens',
  WrongVersionRange = 'The lowest version is above the highest',
  PortZero = 'Port 0',
  SessionZero = 'Session-ID 0',
  EmptyText = 'An empty text',
  TextTooLong = 'A text of more than 4096 bytes',
  TextNotUtf8 = 'A text that is not well-formed UTF-8',
  TextWithControlCharacter = 'A text with a control character',
  ExtensionBeyondEnd = 'An extension reaches beyond its block',
  ExtensionTwice = 'The same extension twice',
  ExtensionOfTypeZero = 'An extension of type 00',
  ExtensionOfWrongLength = 'A known extension of another length',
  UnknownCriticalExtension = 'An unknown extension that must not be skipped',
  FillingNotZero = 'Filling that is not zero',
  FillingTooLong = 'More filling than is needed',
  ReservedNotZero = 'Reserved bytes that are not zero',
  RecordOfWrongLength = 'A record is 64 k + 16 bytes, with k from 1 to 65',
  RecordNotVerified = 'The record does not verify under its key: altered, or records before it are not in the capture',
  FirstRecordNotConnect = 'The first record of a client holds CONNECT and nothing else',
  FirstRecordNotConnected = 'The first record of a server holds CONNECTED and nothing else',
  RecordWithoutMessage = 'A record without a message',
  MessageBeyondRecord = 'A message reaches beyond its record',
  UnknownMessageType = 'There is no message of this type',
  MessageOfWrongDirection = 'This role does not send this message',
}
local experts = {}
parley.experts = {}
for name, sentence in pairs(FAULTS) do
  local expert = ProtoExpert.new('parley.fault.' .. name, name .. ': ' .. sentence, expert.group.MALFORMED, expert.severity.ERROR)
  experts[name] = expert
  table.insert(parley.experts, expert)
end
local function remark(name, sentence, group, severity)
  local made = ProtoExpert.new('parley.' .. name, sentence, group, severity)
  table.insert(parley.experts, made)
  return made
end
local closed = remark('closed', 'No key in the key log opens this', expert.group.DECRYPTION or expert.group.UNDECODED, expert.severity.CHAT)
local refused = remark('refused', 'The server refuses this log-on', expert.group.RESPONSE_CODE, expert.severity.NOTE)
local repeated = remark('repeated', 'A repetition of the same bytes', expert.group.SEQUENCE, expert.severity.NOTE)
local lost = remark('lost', 'Nothing after this can be told apart', expert.group.UNDECODED, expert.severity.WARN)
local errors = remark('protocol_error', 'The sender closes because of a protocol error', expert.group.RESPONSE_CODE, expert.severity.WARN)

-- Preferences --------------------------------------------------------------------------------------------------------------

parley.prefs.udp_ports = Pref.range('UDP ports', '4390', 'Ports on which parley-server listens for log-ons', 65535)
parley.prefs.tcp_ports = Pref.range('TCP ports', '', 'Ports of its connections; found by their first bytes otherwise', 65535)
parley.prefs.heuristic = Pref.bool('Find Parley on any port', true, 'By the magic at the beginning of datagrams and streams')
parley.prefs.keylog = Pref.string('Key log', '', 'The file that --keylog of server or client wrote: opens what is encrypted')

local registered = { udp = '', tcp = '' }
local function register()
  for over, ports in pairs({ udp = parley.prefs.udp_ports, tcp = parley.prefs.tcp_ports }) do
    local dissectors = DissectorTable.get(over .. '.port')
    if registered[over] ~= '' then dissectors:remove(registered[over], parley) end
    registered[over] = tostring(ports)
    if registered[over] ~= '' then dissectors:add(registered[over], parley) end
  end
end

local function in_range(ports, port)
  for from, to in tostring(ports):gmatch('(%d+)%-?(%d*)') do
    if port >= tonumber(from) and port <= (tonumber(to) or tonumber(from)) then return true end
  end
  return false
end

-- Key log ------------------------------------------------------------------------------------------------------------------

local LINES_MAX = 1000000
local keys = { auth = {}, attempt = {}, records = {} }

local function raw(hex)
  return (hex:gsub('..', function(digits) return string.char(tonumber(digits, 16)) end))
end

local function add(list, name, value)
  list[name] = list[name] or {}
  table.insert(list[name], value)
end

local function load_keys()
  keys = { auth = {}, attempt = {}, records = {} }
  local file = parley.prefs.keylog ~= '' and io.open(parley.prefs.keylog, 'r')
  if not file then return end
  local lines = 0
  for line in file:lines() do
    lines = lines + 1
    if lines > LINES_MAX then break end
    local tag, kind, which, key, iv = line:match('^SBC1 (%x+) (%w+) (%x+) (%x+) ?(%x*)$')
    if tag and #tag == 32 and #key == 64 then
      if kind == 'auth' then
        keys.attempt[tag] = which
        add(keys.auth, which, raw(key))
      elseif #iv == 24 then
        add(keys.records, tag .. kind .. which, { key = raw(key), iv = raw(iv) })
      end
    end
  end
  file:close()
end

local function nonce_of(iv, seq)
  local bytes = { iv:byte(1, 12) }
  for i = 12, 7, -1 do
    local low = seq % 256
    local value, sum = bytes[i], 0
    for place = 0, 7 do
      if math.floor(value / 2 ^ place) % 2 ~= math.floor(low / 2 ^ place) % 2 then sum = sum + 2 ^ place end
    end
    bytes[i] = math.floor(sum)
    seq = math.floor(seq / 256)
  end
  return string.char((table.unpack or unpack)(bytes))
end

-- What is known of the capture; filled when a frame is seen for the first time -----------------------------------------------

local attempts, order, connections, cookies, sessions, pdus

function parley.init()
  attempts, order, connections, cookies, sessions, pdus = {}, {}, {}, {}, {}, {}
  load_keys()
end

function parley.prefs_changed()
  register()
  load_keys()
end

local tcp_stream = Field.new('tcp.stream')

local function hex(bytes) return (bytes:gsub('.', function(c) return string.format('%02x', c:byte()) end)) end
local function generated(tree, field, value) return tree:add(field, value):set_generated() end

-- Reading fields: like the codec, the first thing wrong ends it ---------------------------------------------------------------

local Cursor = {}
Cursor.__index = Cursor

local function cursor(tvb, at, stop, tree) return setmetatable({ tvb = tvb, at = at, stop = stop, tree = tree }, Cursor) end

function Cursor:fail(fault)
  if not self.fault then
    self.fault = fault
    self.tree:add_proto_expert_info(experts[fault])
  end
  self.at = self.stop
  return nil
end

function Cursor:take(n)
  if self.fault then return nil end
  if n > self.stop - self.at then return self:fail('FieldBeyondEnd') end
  if n == 0 then return nil end
  self.at = self.at + n
  return self.tvb(self.at - n, n)
end

local function is_utf8(text)
  local at = 1
  while at <= #text do
    local a, b = text:byte(at, at + 1)
    local more, low, high = nil, 0x80, 0xbf
    if a < 0x80 then more = 0
    elseif a >= 0xc2 and a <= 0xdf then more = 1
    elseif a >= 0xe0 and a <= 0xef then
      more = 2
      if a == 0xe0 then low = 0xa0 elseif a == 0xed then high = 0x9f end
    elseif a >= 0xf0 and a <= 0xf4 then
      more = 3
      if a == 0xf0 then low = 0x90 elseif a == 0xf4 then high = 0x8f end
    end
    if not more or at + more > #text then return false end
    if more > 0 and (b < low or b > high) then return false end
    for i = at + 2, at + more do
      local c = text:byte(i)
      if c < 0x80 or c > 0xbf then return false end
    end
    at = at + more + 1
  end
  return true
end

local READ = {}

function READ.versions(c, values)
  local low, high = c:take(1), c:take(1)
  if not high then return end
  c.tree:add(f.ver_min, low)
  c.tree:add(f.ver_max, high)
  values.ver = low:uint() .. '..' .. high:uint()
  if low:uint() > high:uint() then c:fail('WrongVersionRange') end
end
function READ.version(c, values)
  local range = c:take(1)
  if not range then return end
  c.tree:add(f.ver, range)
  values.ver = range:uint()
end
function READ.id(c, values)
  local length = c:take(1)
  if not length then return end
  c.tree:add(f.id_length, length)
  local range = c:take(length:uint())
  if not range then return c:fail('MalformedClientId') end
  c.tree:add(f.id, range)
  values.id = range:raw()
  if #values.id > 32 or not values.id:match('^[A-Za-z][A-Za-z0-9._-]*$') then c:fail('MalformedClientId') end
end
function READ.text(c, values)
  local length = c:take(2)
  if not length then return end
  local n = length:uint()
  c.tree:add(f.text_length, length)
  values.bytes = n
  if n == 0 then return c:fail('EmptyText') end
  if n > TEXT_MAX then return c:fail('TextTooLong') end
  local range = c:take(n)
  if not range then return end
  local text = range:raw()
  c.tree:add(f.text, range, range:string(ENC_UTF_8))
  if not is_utf8(text) then return c:fail('TextNotUtf8') end
  if text:find('[%z\1-\31\127]') or text:find('\194[\128-\159]') then c:fail('TextWithControlCharacter') end
end
local function plain(name, size, fault)
  return function(c, values)
    local range = c:take(size)
    if not range then return end
    c.tree:add(f[name], range)
    if size <= 4 then values[name] = range:uint() else values[name] = range:raw() end
    if fault and values[name] == 0 then c:fail(fault) end
  end
end
READ.rand, READ.res, READ.cookie = plain('rand', 32), plain('res', 32), plain('cookie', 16)
READ.token = plain('token', TOKEN)
READ.port, READ.session = plain('port', 2, 'PortZero'), plain('session', 4, 'SessionZero')
READ.status, READ.count, READ.reason = plain('status', 1), plain('count', 4), plain('reason', 1)

local SIZE_OF = { why = 1, time = 8 }

-- filled: the size to which zeros may fill a datagram; nil on TCP, where the block ends with the message.
local function extensions(c, name, values, filled)
  local seen = {}
  while not c.fault and c.at < c.stop do
    local start = c.at
    local code = c.tvb(start, 1):uint()
    if code == 0 then
      if not filled then return c:fail('ExtensionOfTypeZero') end
      local range = c.tvb(start, c.stop - start)
      c.tree:add(f.filling, range)
      if range:raw():find('[^%z]') then return c:fail('FillingNotZero') end
      if c.stop > filled then return c:fail('FillingTooLong') end
      c.at = c.stop
      return
    end
    local length = start + 1 < c.stop and c.tvb(start + 1, 1):uint() or math.huge
    if length > c.stop - start - 2 then return c:fail('ExtensionBeyondEnd') end
    local known = (EXTENSIONS[name] or {})[code]
    local tree = c.tree:add(f.extension, c.tvb(start, 1))
    tree:add(f.extension_length, c.tvb(start + 1, 1))
    if length > 0 then tree:add(f.extension_value, c.tvb(start + 2, length)) end
    if seen[code] then return c:fail('ExtensionTwice') end
    seen[code] = true
    if known and length ~= SIZE_OF[known] then return c:fail('ExtensionOfWrongLength') end
    if not known and code >= 0x80 then return c:fail('UnknownCriticalExtension') end
    if known then
      tree:add(f[known], c.tvb(start + 2, length))
      if known == 'why' then values.why = c.tvb(start + 2, 1):uint() end
      tree:append_text(' (' .. known .. ')')
    end
    c.at = start + 2 + length
  end
end

local function body(c, name, filled)
  local values = {}
  for _, field in ipairs(FIELDS[name]) do READ[field](c, values) end
  extensions(c, name, values, filled)
  return values
end

local SUMMARY = { 'id', 'session', 'port', 'status', 'count', 'reason', 'why' }
local function summary(name, values)
  local words = { name }
  for _, field in ipairs(SUMMARY) do
    if values[field] then words[#words + 1] = field .. '=' .. values[field] end
  end
  if values.closed then words[#words + 1] = '{..}' end
  if values.bytes then words[#words + 1] = values.bytes .. ' bytes' end
  return table.concat(words, ' ')
end

-- As in the readable dump: the server is S, a client that is not known is `?`.
local function who(client, sender)
  client = client or '?'
  return sender == 'client' and client .. '>S' or 'S>' .. client
end

-- UDP ----------------------------------------------------------------------------------------------------------------------

local function attempt_of(id)
  if not attempts[id] then
    attempts[id] = { seen = {}, first = {}, at = {} }
    order[#order + 1] = attempts[id]
  end
  return attempts[id]
end

-- The attempt's datagrams: when each name came, and which bytes came first where.
local function note_datagram(attempt, name, bytes, pinfo)
  if pinfo.visited then return end
  attempt.seen[name] = attempt.seen[name] or {}
  table.insert(attempt.seen[name], pinfo.number)
  attempt.at[pinfo.number] = pinfo.rel_ts
  attempt.first[bytes] = attempt.first[bytes] or pinfo.number
end

local ANSWERS = { HELLO = { 'CHALLENGE', 'RETRY' }, RESPONSE = { 'AUTH_SUCCESS', 'AUTH_FAIL' } }
local ASKED = { CHALLENGE = 'HELLO', AUTH_SUCCESS = 'RESPONSE', AUTH_FAIL = 'RESPONSE', RETRY = 'HELLO' }

local function link_datagram(tree, attempt, name, bytes, number)
  if attempt.hello and attempt.hello ~= number then generated(tree, f.attempt_in, attempt.hello) end
  local first
  for _, answer in ipairs(ANSWERS[name] or {}) do
    for _, frame in ipairs(attempt.seen[answer] or {}) do
      if frame > number and (not first or frame < first) then first = frame end
    end
  end
  if first then generated(tree, f.response_in, first) end
  local request
  for _, frame in ipairs(attempt.seen[ASKED[name]] or {}) do
    if frame < number then request = frame end
  end
  if request then
    generated(tree, f.response_to, request)
    generated(tree, f.took, attempt.at[number] - attempt.at[request])
  end
  if attempt.first[bytes] < number then
    generated(tree, f.repeats, attempt.first[bytes])
    tree:add_proto_expert_info(repeated)
  end
  if attempt.connection and name == 'AUTH_SUCCESS' then generated(tree, f.connection_in, attempt.connection) end
end

local function open_auth_success(tvb, tree, id, attempt)
  tree:add(f.nonce, tvb(24, 12))
  tree:add(f.ciphertext, tvb(36, 32))
  tree:add(f.auth_tag, tvb(68, 16))
  for _, key in ipairs(keys.auth[id] or {}) do
    local opened = gcm.open(key, tvb(24, 12):raw(), tvb(0, 24):raw(), tvb(36, 48):raw())
    if opened then
      local inner = ByteArray.new(opened, true):tvb('Opened AUTH_SUCCESS')
      local c = cursor(inner, 0, inner:len(), tree:add(inner(), 'Opened with the key log'))
      local values = body(c, 'AUTH_SUCCESS', 32)
      if values.cookie then cookies[values.cookie] = attempt end
      return values
    end
  end
  tree:add_proto_expert_info(closed)
  return { closed = true }
end

local function sender_of(tvb, pinfo)
  local to, from = in_range(parley.prefs.udp_ports, pinfo.dst_port), in_range(parley.prefs.udp_ports, pinfo.src_port)
  if to ~= from then return to and 'client' or 'server' end
  return FROM[tvb:len() > 5 and UDP_TYPES[tvb(5, 1):uint()] or ''] or 'client'
end

local function header(tvb, tree, sender)
  local size = tvb:len()
  local fault = (size < SIZES[sender][1] or size > SIZES[sender][2]) and 'DatagramOfWrongSize' or nil
  if size >= 4 then tree:add(f.magic, tvb(0, 4)) end
  if size < 24 then return nil, fault end
  tree:add(f.version, tvb(4, 1))
  tree:add(f.type, tvb(5, 1))
  tree:add(f.length, tvb(6, 2))
  tree:add(f.attempt, tvb(8, 16))
  local name = UDP_TYPES[tvb(5, 1):uint()]
  fault = fault
    or tvb(0, 4):raw() ~= 'SBCU' and 'WrongMagic'
    or tvb(4, 1):uint() ~= 1 and 'UnknownHeaderVersion'
    or not name and 'UnknownDatagramType'
    or FROM[name] ~= sender and 'DatagramOfWrongDirection'
    or tvb(6, 2):uint() ~= size and 'WrongLengthField'
    or ONLY_SIZE[name] and size ~= ONLY_SIZE[name] and 'DatagramOfWrongSize'
    or nil
  return name, fault
end

-- What stands behind a HELLO: its length field counts without it, and it is no part of it.
local function split_token(tvb, sender)
  local size = tvb:len() - TOKEN
  if sender ~= 'client' or size < 24 or tvb:len() > SIZES.client[2] then return tvb end
  if tvb(5, 1):uint() ~= 1 or tvb(6, 2):uint() ~= size then return tvb end
  return tvb(0, size):tvb(), tvb(size, TOKEN)
end

local function datagram(whole, pinfo, root)
  pinfo.cols.protocol = 'Parley'
  local tree = root:add(parley, whole())
  local sender = sender_of(whole, pinfo)
  local tvb, token = split_token(whole, sender)
  local name, fault = header(tvb, tree, sender)
  if fault then
    tree:add_proto_expert_info(experts[fault])
    pinfo.cols.info = (name or 'datagram') .. ' [' .. fault .. ']'
    return whole:len()
  end
  generated(tree, f.name, name)
  local id = hex(tvb(8, 16):raw())
  local attempt = attempt_of(id)
  note_datagram(attempt, name, tvb():raw(), pinfo)
  local c = cursor(tvb, 24, tvb:len(), tree)
  local values
  if name == 'AUTH_SUCCESS' then
    values = open_auth_success(tvb, tree, id, attempt)
    attempt.address = { client = tostring(pinfo.dst), server = tostring(pinfo.src) }
  else
    values = body(c, name, SIZES[sender].filled)
  end
  if token then tree:add(f.token, token) end
  if name == 'HELLO' and not attempt.hello then
    attempt.hello, attempt.id = pinfo.number, values.id
  end
  if name == 'AUTH_FAIL' then tree:add_proto_expert_info(refused) end
  if attempt.id and not values.id then generated(tree, f.client, attempt.id) end
  link_datagram(tree, attempt, name, tvb():raw(), pinfo.number)
  tree:append_text(', ' .. summary(name, values))
  local fields = summary(name, values):sub(#name + 1)
  local what = name .. ' att=' .. id:sub(1, 8) .. fields .. (c.fault and ' [' .. c.fault .. ']' or '')
  pinfo.cols.info = who(attempt.id, sender) .. ' ' .. what
  return whole:len()
end

-- TCP ----------------------------------------------------------------------------------------------------------------------

local function connection_of(pinfo)
  local number = tcp_stream().value
  connections[number] = connections[number]
    or { ways = { client = { seq = 0 }, server = { seq = 0 } }, requests = {}, answers = {} }
  return connections[number]
end
local function place(address, port) return tostring(address) .. ' ' .. port end

-- Which attempt it belongs to: the key log knows by the tag; without it the only one between these addresses that waits.
local function find_attempt(connection, tag, pinfo)
  local known = attempts[keys.attempt[tag] or '']
  if known then return known, 'by the key log' end
  local found
  for _, attempt in ipairs(order) do
    local address = attempt.address
    if address and not attempt.connection and address.client == tostring(pinfo.src) and address.server == tostring(pinfo.dst) then
      if found then return nil end
      found = attempt
    end
  end
  return found, 'by addresses and order'
end

local function show_attempt(tree, connection)
  local attempt = connection.attempt
  if not attempt then return end
  if attempt.id then generated(tree, f.client, attempt.id):append_text(' (' .. connection.how .. ')') end
  if attempt.hello then generated(tree, f.attempt_in, attempt.hello) end
end

local function preface(tvb, pinfo, root, connection, from)
  local tree = root:add(parley, tvb(), 'Parley SBC/1, preface of the ' .. from)
  tree:add(f.magic, tvb(0, 4))
  tree:add(f.version, tvb(4, 1))
  tree:add(f.reserved, tvb(5, 3))
  if from == 'client' then tree:add(f.tag, tvb(8, 16)) end
  tree:add(f.salt, tvb(tvb:len() - 16, 16))
  generated(tree, f.name, 'preface')
  local fault = tvb(0, 4):raw() ~= 'SBCT' and 'WrongMagic'
    or tvb(4, 1):uint() ~= 1 and 'UnknownHeaderVersion'
    or tvb(5, 3):raw() ~= '\0\0\0' and 'ReservedNotZero'
  if fault then tree:add_proto_expert_info(experts[fault]) end
  if from == 'client' and not connection.tag then
    connection.tag = hex(tvb(8, 16):raw())
    connection.attempt, connection.how = find_attempt(connection, connection.tag, pinfo)
    if connection.attempt then connection.attempt.connection = connection.attempt.connection or pinfo.number end
  end
  show_attempt(tree, connection)
  return 'preface' .. (fault and ' [' .. fault .. ']' or '')
end

-- Requests and what answers them; a message may answer the oldest request of its kind only.
local ANSWER_TO = {
  CONNECTED = 'CONNECT', CHAT_STARTED = 'CHAT_REQUEST', UNREACHABLE = 'CHAT_REQUEST', HISTORY_END = 'HISTORY_REQ',
}
local function answers_to(name, values, connection, key, pinfo)
  local wanted = ANSWER_TO[name]
  for i, request in ipairs(connection.requests) do
    if request.name == wanted and (not values.id or not request.id or request.id == values.id) then
      table.remove(connection.requests, i)
      connection.answers[key] = { to = request.number, took = pinfo.rel_ts - request.at }
      connection.answers[request.key] = { by = pinfo.number }
      return
    end
  end
end

local function follow(name, values, connection, key, pinfo)
  if pinfo.visited then return end
  if name == 'CONNECT' or name == 'CHAT_REQUEST' or name == 'HISTORY_REQ' then
    table.insert(connection.requests, { name = name, id = values.id, number = pinfo.number, at = pinfo.rel_ts, key = key })
  elseif ANSWER_TO[name] then
    answers_to(name, values, connection, key, pinfo)
  end
  if name == 'CONNECT' and values.cookie and cookies[values.cookie] then
    connection.attempt, connection.how = cookies[values.cookie], 'by the cookie'
    connection.attempt.connection = connection.attempt.connection or pinfo.number
  end
  if name == 'CHAT_STARTED' and values.session then
    sessions[values.session] = sessions[values.session] or pinfo.number
  end
end

local function message(inner, at, length, tree, pinfo, pdu, key)
  local sub = tree:add(inner(at, length + 2), 'Message')
  sub:add(f.message_length, inner(at, 2))
  local code = inner(at + 2, 1):uint()
  sub:add(f.message, inner(at + 2, 1))
  local c = cursor(inner, at + 3, at + 2 + length, sub)
  local name = TCP_TYPES[code]
  if not name then
    sub:set_text(string.format('Unknown message %02x', code))
    if code < 0x80 then c:fail('UnknownMessageType') end
    return string.format('unknown %02x', code), c.fault
  end
  if FROM[name] and FROM[name] ~= pdu.from then c:fail('MessageOfWrongDirection') end
  generated(sub, f.name, name)
  local values = body(c, name)
  sub:set_text(summary(name, values))
  if not c.fault then
    follow(name, values, pdu.connection, key, pinfo)
    local answer = pdu.connection.answers[key] or {}
    if answer.by then generated(sub, f.response_in, answer.by) end
    if answer.to then
      generated(sub, f.response_to, answer.to)
      generated(sub, f.took, answer.took)
    end
    local begun = name ~= 'HISTORY_RESP' and sessions[values.session or 0]
    if begun and begun ~= pinfo.number then generated(sub, f.session_in, begun) end
    if name == 'CLOSE' and values.reason == 4 then sub:add_proto_expert_info(errors) end
  end
  return summary(name, values), c.fault, name
end

-- The list of messages in an opened record; the framing is checked as a whole first.
local function framing(text)
  local at = 1
  while at + 1 <= #text do
    local length = text:byte(at) * 256 + text:byte(at + 1)
    if length == 0 then break end
    if at + 2 + length > #text + 1 then return 'MessageBeyondRecord' end
    at = at + 2 + length
  end
  if at == 1 then return 'RecordWithoutMessage' end
  if text:sub(at):find('[^%z]') then return 'FillingNotZero' end
  if math.ceil((at - 1) / 64) * 64 ~= #text then return 'FillingTooLong' end
  return nil, at - 1
end

local function contents(plaintext, tree, pinfo, pdu, key)
  local inner = ByteArray.new(plaintext, true):tvb('Opened record')
  local sub = tree:add(inner(), 'Opened with the key log')
  local fault, used = framing(plaintext)
  if fault then
    sub:add_proto_expert_info(experts[fault])
    return '[' .. fault .. ']'
  end
  local said, names, at = {}, {}, 0
  while at < used do
    local length = inner(at, 2):uint()
    local words, wrong, name = message(inner, at, length, sub, pinfo, pdu, key .. ' ' .. at)
    said[#said + 1] = words .. (wrong and ' [' .. wrong .. ']' or '')
    names[#names + 1] = name or ''
    at = at + 2 + length
    if wrong or name == 'CLOSE' then break end
  end
  if at < used then sub:add(inner(at, used - at), 'Not read any more')
  elseif used < inner:len() then sub:add(f.filling, inner(used, inner:len() - used)) end
  local wanted = pdu.from == 'client' and 'CONNECT' or 'CONNECTED'
  if pdu.seq == 0 and (#names ~= 1 or names[1] ~= wanted) then
    sub:add_proto_expert_info(experts[wanted == 'CONNECT' and 'FirstRecordNotConnect' or 'FirstRecordNotConnected'])
  end
  return table.concat(said, ', ')
end

-- Opened once: a large record takes some milliseconds.
local function open_record(tvb, pdu)
  if pdu.plaintext ~= nil or not pdu.connection.tag then return pdu.plaintext end
  local direction = pdu.from == 'client' and 'c2s' or 's2c'
  local candidates = keys.records[pdu.connection.tag .. direction .. string.format('%d', math.floor(pdu.seq / EPOCH))]
  if not candidates then return nil end
  pdu.plaintext = false
  for _, pair in ipairs(candidates) do
    pdu.plaintext = gcm.open(pair.key, nonce_of(pair.iv, pdu.seq), tvb(0, 2):raw(), tvb(2):raw()) or pdu.plaintext
  end
  return pdu.plaintext
end

local function record(tvb, pinfo, root, pdu, key)
  local tree = root:add(parley, tvb(), 'Parley SBC/1, record ' .. pdu.seq .. ' of the ' .. pdu.from)
  local n = tvb(0, 2):uint()
  tree:add(f.record_length, tvb(0, 2))
  generated(tree, f.direction, pdu.from == 'client' and 'client to server' or 'server to client')
  generated(tree, f.record_seq, pdu.seq)
  generated(tree, f.record_epoch, math.floor(pdu.seq / EPOCH))
  tree:add(f.ciphertext, tvb(2, n - 16))
  tree:add(f.auth_tag, tvb(n - 14, 16))
  local plaintext = open_record(tvb, pdu)
  if pdu.seq == 0 and n ~= 80 then tree:add_proto_expert_info(experts.RecordOfWrongLength) end
  local words
  if plaintext then
    words = contents(plaintext, tree, pinfo, pdu, key)
  elseif plaintext == false then
    tree:add_proto_expert_info(experts.RecordNotVerified)
    words = '[RecordNotVerified]'
  else
    tree:add_proto_expert_info(closed)
    -- Nothing else may stand there.
    words = '{' .. (pdu.seq > 0 and '..' or pdu.from == 'client' and 'CONNECT' or 'CONNECTED') .. '}'
  end
  show_attempt(tree, pdu.connection)
  tree:append_text(', ' .. words)
  return '#' .. pdu.seq .. ' ' .. words
end

local PREFACE = { client = 40, server = 24 }

local function sender(connection, pinfo)
  local from = place(pinfo.src, pinfo.src_port)
  return (not connection.client or connection.client == from) and 'client' or 'server'
end

local function is_record(n) return n >= 80 and n <= RECORD_MAX and (n - 16) % 64 == 0 end

-- SB is no size of a record, so a preface can be told from one.
local function size_of(tvb, pinfo, offset)
  local connection = connection_of(pinfo)
  local from = sender(connection, pinfo)
  local way = connection.ways[from]
  local n = tvb(offset, 2):uint()
  local broken = way.broken and pinfo.number > way.broken
  if not broken and n == 0x5342 then return PREFACE[from] end
  if not broken and is_record(n) then return n + 2 end
  return tvb:len() - offset
end

local function unreadable(tvb, root, fault)
  local tree = root:add(parley, tvb())
  tree:add_proto_expert_info(fault and experts[fault] or lost)
  return fault and '[' .. fault .. ']' or '[not told apart]'
end

-- What a piece is, found when it is seen first: afterwards frames come in any order.
local function piece_of(tvb, pinfo, key)
  if pdus[key] then return pdus[key] end
  local connection = connection_of(pinfo)
  local from = sender(connection, pinfo)
  local way = connection.ways[from]
  local n = tvb:len() >= 2 and tvb(0, 2):uint() or 0
  local pdu = { connection = connection, from = from }
  if way.broken then
    pdu.kind = 'lost'
  elseif n == 0x5342 and not way.begun and tvb:len() == PREFACE[from] then
    pdu.kind = 'preface'
    way.begun = true
    if from == 'client' then connection.client = place(pinfo.src, pinfo.src_port) end
  elseif way.begun and is_record(n) and tvb:len() == n + 2 then
    pdu.kind, pdu.seq = 'record', way.seq
    way.seq = way.seq + 1
  else
    pdu.kind, pdu.fault = 'lost', way.begun and 'RecordOfWrongLength' or 'WrongMagic'
    way.broken = pinfo.number
  end
  pdus[key] = pdu
  return pdu
end

local function piece(tvb, pinfo, root)
  pinfo.cols.protocol = 'Parley'
  local key = pinfo.number .. ' ' .. tvb:offset() .. ' ' .. tvb:len()
  local pdu = piece_of(tvb, pinfo, key)
  local words
  if pdu.kind == 'preface' then words = preface(tvb, pinfo, root, pdu.connection, pdu.from)
  elseif pdu.kind == 'record' then words = record(tvb, pinfo, root, pdu, key)
  else words = unreadable(tvb, root, pdu.fault) end
  local names = who(pdu.connection.attempt and pdu.connection.attempt.id, pdu.from)
  pinfo.cols.info:append((pinfo.private['parley'] and ' | ' or names .. ' ') .. words)
  pinfo.private['parley'] = 'yes'
  return tvb:len()
end

local function stream(tvb, pinfo, root)
  pinfo.cols.info = ''
  dissect_tcp_pdus(tvb, root, 2, size_of, piece)
  return tvb:len()
end

-- Entrances ----------------------------------------------------------------------------------------------------------------

function parley.dissector(tvb, pinfo, root)
  if tvb:len() == 0 then return 0 end
  -- TCP is port type 2.
  return pinfo.port_type == 2 and stream(tvb, pinfo, root) or datagram(tvb, pinfo, root)
end

local function begins(tvb, magic, size) return parley.prefs.heuristic and tvb:len() >= size and tvb(0, #magic):raw() == magic end

parley:register_heuristic('udp', function(tvb, pinfo, root)
  if not begins(tvb, 'SBCU', 24) then return false end
  datagram(tvb, pinfo, root)
  return true
end)
parley:register_heuristic('tcp', function(tvb, pinfo, root)
  if not begins(tvb, 'SBCT', 4) then return false end
  -- The rest of the stream comes straight here.
  pinfo.conversation = parley
  stream(tvb, pinfo, root)
  return true
end)

register()
DissectorTable.get('udp.port'):add_for_decode_as(parley)
DissectorTable.get('tcp.port'):add_for_decode_as(parley)
