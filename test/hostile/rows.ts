/**
 * The list of hostile and faulty inputs (protocol 7), with the rows added to it, and where each is tested outside this folder.
 * Inside it, and in test/fuzz, a test says `7-` and its number. Must never be here: how a row is tested.
 */

export interface Row {
  readonly no: number;
  readonly input: string;
  readonly outcome: string;
  /** Not in the protocol's list. */
  readonly added?: true;
  /** Sockets matter, so a test with real processes there must be. */
  readonly sockets?: true;
  /** Other tests: file below test/, and the beginning of a title as it stands there. */
  readonly elsewhere?: readonly (readonly [file: string, title: string])[];
  /** The figure of the list is played with `PARLEY_FLOOD=full`; here is the one played otherwise. */
  readonly scaled?: string;
  /** What cannot be tested, and why. */
  readonly open?: string;
}

const FORGED = 'stories/forged.test.ts';
const LOSS = 'stories/loss.test.ts';
const LYING = 'stories/lying-clients.test.ts';
const RACES = 'stories/races.test.ts';
const TAKEOVER = 'stories/takeover.test.ts';
const TEXTS = 'stories/texts.test.ts';
const HISTORY = 'stories/history.test.ts';
const SERVER_UDP = 'transport/server-udp.test.ts';
const SERVER_LIMITS = 'transport/server-limits.test.ts';
const OFF_PATH = 'transport/off-path.test.ts';
const ACCEPTOR = 'transport/acceptor.test.ts';
const WIRE = 'wire/faults.test.ts';
const KEYSTORE = 'security/keystore.test.ts';
const LOG_ON = 'binaries/log-on.test.ts';
const FAILURES = 'binaries/failures.test.ts';
const [sockets, added] = [true, true] as const;

// prettier-ignore
const TO_SERVER: readonly Row[] = [
  { no: 1, input: 'empty; 1 to 23 bytes', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 1:']] },
  { no: 2, input: '65 507 random bytes', outcome: 'dropped by size', sockets, elsewhere: [[WIRE, 'fault 2:']] },
  { no: 3, input: 'another magic or header version', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 3:']] },
  { no: 4, input: 'every type but HELLO and RESPONSE', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 4:']] },
  { no: 5, input: 'a length field that is not the size', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 5:']] },
  { no: 6, input: 'HELLO of 127 bytes', outcome: 'dropped: no amplification', sockets, elsewhere: [[WIRE, 'fault 6:']] },
  { no: 7, input: 'Client-ID of length 0, 33, 255', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 7:']] },
  { no: 8, input: 'Client-ID of other characters', outcome: 'dropped', sockets, added },
  { no: 9, input: 'filling that is not zero', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 9:']] },
  { no: 10, input: 'extension beyond the end, twice, critical', outcome: 'dropped', sockets, elsewhere: [[WIRE, 'fault 10:']] },
  { no: 11, input: 'grease', outcome: 'accepted, and in TH', sockets, elsewhere: [[SERVER_UDP, '11:'], [WIRE, 'fault 11:']] },
  { no: 12, input: 'ver_min above ver_max; 2 to 9', outcome: 'dropped, silence', sockets, elsewhere: [[WIRE, 'fault 12:']] },
  { no: 13, input: 'a range that holds our version and higher ones', outcome: 'CHALLENGE with ours', sockets, added },
  { no: 14, input: 'unknown Client-ID', outcome: 'silence; a decoy with --decoy', sockets, elsewhere: [[SERVER_UDP, '14:'], [LOG_ON, 'with --decoy an unknown']] },
  { no: 15, input: 'one HELLO a thousand times', outcome: 'one CHALLENGE, one entry', sockets, elsewhere: [[SERVER_UDP, '15:']] },
  { no: 16, input: 'the attempt-ID of another HELLO, other bytes', outcome: 'another attempt; the first is not spoilt', sockets, added, elsewhere: [[SERVER_UDP, 'the same attempt-ID']] },
  { no: 17, input: '10^6 HELLOs from many sources for one victim, who logs on', outcome: 'it succeeds; bounded memory', sockets, scaled: '10 000 HELLOs from 20 sources', elsewhere: [[SERVER_LIMITS, '17:']] },
  { no: 18, input: '10^5 HELLOs from one source', outcome: 'it is limited, others are served', sockets, scaled: '5 000 HELLOs', elsewhere: [[SERVER_LIMITS, '18:']] },
  { no: 19, input: 'RESPONSE without HELLO', outcome: 'AUTH_FAIL, 24 bytes', sockets, elsewhere: [[SERVER_UDP, '19:']] },
  { no: 20, input: 'RESPONSE with a known rand and another Client-ID or attempt-ID', outcome: 'dropped (P8)', sockets, added },
  { no: 21, input: 'wrong RES once, twice, three times', outcome: 'AUTH_FAIL each, copies counted once; the third ends the attempt', sockets, elsewhere: [[SERVER_UDP, '21:'], [FORGED, 'copies of a wrong RESPONSE count as one']] },
  { no: 22, input: 'more filling than to 128 bytes; 513 bytes', outcome: 'dropped (P18)', sockets, added },
  { no: 23, input: 'the right RESPONSE again and again', outcome: 'the same AUTH_SUCCESS, one cookie', sockets, elsewhere: [[SERVER_UDP, '23:']] },
  { no: 24, input: 'RESPONSE from another address than HELLO', outcome: 'AUTH_SUCCESS goes there (3.9)', sockets, added },
  { no: 25, input: 'RESPONSE after T_RESPONSE', outcome: 'AUTH_FAIL', sockets, elsewhere: [[TAKEOVER, 'T_RESPONSE: the attempt']] },
  { no: 26, input: 'HELLO and RESPONSE of a connected client, replayed', outcome: 'undisturbed', sockets, elsewhere: [[TAKEOVER, '26:']] },
  { no: 27, input: 'RES right in all but the last byte', outcome: 'AUTH_FAIL', sockets, elsewhere: [[SERVER_UDP, '27:'], [KEYSTORE, 'only the right one, bit by bit'], ['security/rules.test.ts', 'rule 3']] },
  { no: 28, input: 'a recorded log-on, replayed', outcome: 'a new rand; the old RESPONSE is ignored, later AUTH_FAIL', sockets, elsewhere: [[SERVER_UDP, '28:']] },
  { no: 137, input: 'rubbish with the source address of a victim who logs on', outcome: 'it succeeds', sockets, scaled: 'as fast as a test sends; node test/hostile/measure-off-path.mjs for 10 000/s', elsewhere: [[OFF_PATH, 'rubbish']] },
  { no: 138, input: '... HELLOs', outcome: 'it succeeds, by RETRY and its token', sockets, elsewhere: [[OFF_PATH, 'HELLOs']] },
  { no: 139, input: '... HELLOs with a token that is none', outcome: 'it succeeds', sockets, elsewhere: [[OFF_PATH, 'HELLOs with a token']] },
  { no: 140, input: '... RESPONSEs', outcome: 'it succeeds; AUTH_FAILs are bounded', sockets, elsewhere: [[OFF_PATH, 'RESPONSEs'], [OFF_PATH, 'AUTH_FAIL for what is forged']] },
  { no: 141, input: 'RES of four attempts, relayed behind the genuine RESPONSE', outcome: 'the genuine attempt stays', elsewhere: [[OFF_PATH, 'answers relayed']] },
  { no: 142, input: 'a CONNECT after thousands of HELLOs for its Client-ID', outcome: 'nobody waits', elsewhere: [[OFF_PATH, 'a CONNECT ends few']] },
];

// prettier-ignore
const TO_CLIENT: readonly Row[] = [
  { no: 29, input: 'another attempt-ID', outcome: 'dropped', sockets, elsewhere: [[FORGED, '29:']] },
  { no: 30, input: 'another address or port', outcome: 'never delivered', sockets, elsewhere: [[FORGED, '30:'], ['transport/network.test.ts', 'datagrams there and back']] },
  { no: 31, input: 'AUTH_FAIL before CHALLENGE', outcome: 'ignored', sockets, elsewhere: [[FORGED, '31:']] },
  { no: 32, input: 'AUTH_FAIL, then AUTH_SUCCESS within 0.4 s', outcome: 'Connected', sockets, elsewhere: [[FORGED, '32:']] },
  { no: 33, input: 'a thousand AUTH_FAILs', outcome: 'Connected', sockets, scaled: '100 at the real client, whose socket holds no more at once; 1000 in the story', elsewhere: [[FORGED, '33:']] },
  { no: 34, input: 'a wrong key', outcome: 'Authentication failed after 0.4 s, four datagrams', sockets, elsewhere: [[FORGED, '34:'], [LOG_ON, 'a wrong key: Authentication failed']] },
  { no: 35, input: 'a forged CHALLENGE first', outcome: 'both answered, Connected', sockets, elsewhere: [[FORGED, '35:']] },
  { no: 36, input: 'four forged CHALLENGEs', outcome: 'bounded work; the next log-on succeeds', added, elsewhere: [[FORGED, 'four forged CHALLENGEs']] },
  { no: 37, input: 'a version that was not offered', outcome: 'dropped', sockets, elsewhere: [[FORGED, '37:']] },
  { no: 38, input: 'AUTH_SUCCESS with any bit changed', outcome: 'dropped; the genuine one counts', sockets, elsewhere: [[FORGED, '38, 39:']] },
  { no: 39, input: 'AUTH_SUCCESS with a cut tag', outcome: 'dropped by size', sockets, elsewhere: [[WIRE, 'fault 39:'], [FORGED, '38, 39:']] },
  { no: 40, input: 'AUTH_SUCCESS that verifies and names port 0', outcome: 'dropped (P18)', sockets, added },
  { no: 41, input: "AUTH_SUCCESS of another user's attempt", outcome: 'dropped', elsewhere: [[FORGED, '41:'], [KEYSTORE, 'of another HELLO']] },
  { no: 42, input: 'rubbish of any size', outcome: 'dropped', sockets, added },
  { no: 43, input: 'all three answers in Offline, Connecting, Connected', outcome: 'ignored', sockets, elsewhere: [[FORGED, '43:']] },
  { no: 143, input: 'a hundred RETRYs', outcome: 'three are answered; Connected', elsewhere: [[FORGED, '143:'], ['conform/broken-clients/found.ts', 'retry-hundred']] },
  { no: 44, input: 'port unreachable; the server comes later', outcome: 'the log-on succeeds', sockets, elsewhere: [[LOSS, '44: nothing listens'], [LOG_ON, 'a log-on that begins before the server']] },
  { no: 45, input: '30 % loss both ways', outcome: '96.5 % succeed, none hangs', scaled: '1 000 log-ons; PARLEY_LOSS=full plays 10 000, within 1 %', elsewhere: [[LOSS, '45:']] },
  { no: 46, input: 'everything three times, in any order', outcome: 'as without', sockets, elsewhere: [[LOSS, '46:'], [LOG_ON, 'every log-on succeeds, and once']] },
  { no: 47, input: 'the wall clock jumps', outcome: 'no effect', elsewhere: [[LOSS, '47:']] },
];

// prettier-ignore
const BEFORE_CONNECT: readonly Row[] = [
  { no: 48, input: 'connect and say nothing', outcome: 'cut after T_PREFACE', sockets, elsewhere: [[ACCEPTOR, '48:']] },
  { no: 49, input: '121 right bytes and nothing more', outcome: 'cut after T_PREFACE', sockets, added },
  { no: 50, input: '122 writes of one byte', outcome: 'Connected', sockets, elsewhere: [[ACCEPTOR, '50:']] },
  { no: 51, input: 'HTTP, TLS', outcome: 'cut at the first wrong byte', sockets, elsewhere: [[ACCEPTOR, '51: HTTP, its first byte'], [WIRE, 'fault 51:']] },
  { no: 52, input: 'unknown tag', outcome: 'cut', sockets, elsewhere: [[ACCEPTOR, '52:']] },
  { no: 53, input: 'another version, a reserved byte, random bytes', outcome: 'cut', sockets, added },
  { no: 54, input: 'right tag, wrong cookie', outcome: 'cut; the attempt lives until T_COOKIE', sockets, elsewhere: [[LYING, '54:']] },
  { no: 55, input: 'another message than CONNECT first', outcome: 'cut', sockets, elsewhere: [[ACCEPTOR, '55:']] },
  { no: 56, input: 'a copy of a used flight', outcome: 'cut: the tag is gone', sockets, elsewhere: [[ACCEPTOR, '56, 58:']] },
  { no: 57, input: 'one flight on two sockets at once', outcome: 'one connected, one cut', sockets, added },
  { no: 58, input: 'CONNECT after T_COOKIE', outcome: 'cut', sockets, elsewhere: [[TAKEOVER, 'T_COOKIE: the cookie']] },
  { no: 59, input: 'FIN at any moment', outcome: 'closed, nothing said', sockets, added },
  { no: 60, input: '2000 idle sockets from many sources', outcome: 'at most 512 held; the honest one is served', sockets, scaled: '600 sockets', elsewhere: [[ACCEPTOR, '60:']] },
  { no: 61, input: 'RST after connect, 10 000 times', outcome: 'no socket, no timer is left', sockets, scaled: '1 000 times', elsewhere: [[ACCEPTOR, '61:']] },
  { no: 62, input: 'something beside CONNECT; N other than 80; a changed bit; nothing in it', outcome: 'cut', sockets, added },
  { no: 126, input: 'rubbish behind the flight', outcome: 'CONNECTED at most, then cut', sockets, added },
  { no: 127, input: 'record 1 in the same write as CONNECT', outcome: 'accepted (P20)', sockets, added, elsewhere: [[LYING, 'record 1 before CONNECTED']] },
];

// prettier-ignore
const RECORDS: readonly Row[] = [
  { no: 63, input: 'N = 0, 1, 79, 81, 4177, 65535', outcome: 'cut at the two bytes', sockets, elsewhere: [[LYING, '63:'], [WIRE, 'fault 63:']] },
  { no: 64, input: 'a bit changed anywhere in a record', outcome: 'cut', sockets, elsewhere: [[LYING, '64:'], ['security/records.test.ts', 'a bit changed anywhere']] },
  { no: 65, input: 'a record twice, left out, in the wrong order', outcome: 'cut', sockets, added },
  { no: 66, input: "the server's record sent back", outcome: 'cut', sockets, elsewhere: [[LYING, '66:']] },
  { no: 67, input: 'an unknown type below 80', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '67:'], [WIRE, 'fault 67:']] },
  { no: 68, input: 'an unknown type from 80 on', outcome: 'skipped', sockets, added, elsewhere: [[LYING, 'unknown optional messages']] },
  { no: 69, input: 'a message of the server', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '69:']] },
  { no: 70, input: 'a second CONNECT', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '70:']] },
  { no: 71, input: 'session-ID 0', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '71:']] },
  { no: 72, input: 'text of 0 or 4097 bytes, or beyond the end', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '72:']] },
  { no: 73, input: 'text that is not UTF-8', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '73:']] },
  { no: 74, input: 'control characters', outcome: 'CLOSE(4); the client refuses them', sockets, elsewhere: [[LYING, '74:'], [TEXTS, '74, 77:'], ['binaries/pipe.test.ts', 'a text with a control character']] },
  { no: 75, input: 'a text that begins with U+FEFF', outcome: 'delivered unchanged', sockets, added },
  { no: 76, input: 'texts that only look strange', outcome: 'delivered unchanged, shown escaped', sockets, elsewhere: [[TEXTS, '76:'], ['binaries/pipe.test.ts', 'what could reorder']] },
  { no: 77, input: 'an unpaired surrogate is typed', outcome: 'refused', elsewhere: [[TEXTS, '74, 77:'], [WIRE, 'fault 77:']] },
  { no: 78, input: '4096 bytes; 4097', outcome: 'delivered; refused', sockets, elsewhere: [[TEXTS, '78:'], ['binaries/pipe.test.ts', 'a text of 4096 bytes']] },
  { no: 79, input: 'filling not zero, too much', outcome: 'CLOSE(4)', sockets, elsewhere: [[LYING, '79:']] },
  { no: 80, input: '65 536 + 5 records', outcome: 'new keys, everything is read', sockets, elsewhere: [[LYING, '80:'], ['security/records.test.ts', '65,537 records']] },
  { no: 81, input: '10^7 spoilt inputs to every decoder', outcome: 'no throw, no hang, no growth', sockets, scaled: '3 s each; npm run fuzz for 10^6, --runs 10000000 for all', elsewhere: [['wire/properties.test.ts', 'fault 81:']] },
  { no: 109, input: 'half a record and RST; a record byte by byte', outcome: 'END_NOTIF to the partner; read', sockets, added },
  { no: 112, input: 'messages and rubbish after CLOSE', outcome: 'not looked at (P21)', sockets, added, elsewhere: [[LYING, 'P21:']] },
  { no: 128, input: 'no message; a message beyond the record', outcome: 'CLOSE(4)', sockets, added },
  { no: 129, input: 'a message with a wrong extension block or Client-ID', outcome: 'CLOSE(4)', sockets, added },
  { no: 130, input: 'a record of random bytes', outcome: 'cut', sockets, added },
  { no: 131, input: 'a record whose second message is bad', outcome: 'the first stands, then CLOSE(4) (P3)', sockets, added, elsewhere: [[LYING, 'P3: of a partly']] },
];

// prettier-ignore
const CHATS: readonly Row[] = [
  { no: 82, input: 'Chat with oneself', outcome: 'refused; UNREACHABLE', sockets, elsewhere: [[LYING, '82, 83:'], [TEXTS, '82:']] },
  { no: 83, input: 'Chat with who is unknown, off line, engaged', outcome: 'UNREACHABLE, always the same', sockets, elsewhere: [[LYING, '82, 83:']] },
  { no: 84, input: 'A calls B while B calls A', outcome: 'one session', sockets, elsewhere: [[RACES, 'R1:']] },
  { no: 85, input: 'A and C call B', outcome: 'one session, one UNREACHABLE', sockets, elsewhere: [[RACES, 'R2:']] },
  { no: 86, input: 'CHAT_REQUEST in a chat', outcome: 'not answered', sockets, added, elsewhere: [[LYING, 'a CHAT_REQUEST in a chat']] },
  { no: 87, input: 'the races R4 and R5', outcome: 'as 4.6 says', elsewhere: [[RACES, 'R4:'], [RACES, 'R5:']] },
  { no: 88, input: 'CHAT with a wrong session-ID', outcome: 'not stored, not delivered', sockets, elsewhere: [[LYING, '88:']] },
  { no: 89, input: 'END_REQUEST with the session-ID of others', outcome: 'ignored', sockets, elsewhere: [[LYING, '89:']] },
  { no: 90, input: 'both end at once', outcome: 'each sees it once', sockets, elsewhere: [[RACES, 'R6:']] },
  { no: 91, input: 'END_REQUEST twice', outcome: 'one END_NOTIF', sockets, added },
  { no: 92, input: 'a partner logs off, is killed, loses the network', outcome: 'Chat ended at once, within T_DEAD', sockets, elsewhere: [['stories/liveness.test.ts', '92:'], [FAILURES, 'client killed in a chat']] },
  { no: 93, input: '1000 CHAT_REQUESTs', outcome: 'slowed, others unaffected', sockets, elsewhere: [['stories/slow.test.ts', '93:']] },
  { no: 94, input: 'five pairs; 500 pairs', outcome: 'every text at its partner only', sockets, elsewhere: [['stories/crowd.test.ts', '94:'], ['binaries/scenarios.test.ts', '${id}: ${title}']] },
  { no: 95, input: '"End chat" as a text', outcome: 'delivered', sockets, elsewhere: [[TEXTS, '95:'], ['binaries/pipe.test.ts', 'what is text in a chat']] },
  { no: 96, input: 'the activity timer in each state', outcome: 'torn down, torn down, never', elsewhere: [['stories/activity.test.ts', 'Connected: a warning'], ['stories/activity.test.ts', 'Wait for CHAT_STARTED: the timer'], ['stories/activity.test.ts', 'Active Chat: the warning']] },
  { no: 97, input: 'End chat one tick before it expires', outcome: 'not logged off', elsewhere: [['stories/activity.test.ts', '97:']] },
];

// prettier-ignore
const LISTS: readonly Row[] = [
  { no: 98, input: 'History of nobody, a stranger, oneself', outcome: 'No history', sockets, elsewhere: [[HISTORY, '98:']] },
  { no: 99, input: 'History while texts arrive', outcome: 'a snapshot, none twice', sockets, elsewhere: [[HISTORY, '99: a list']] },
  { no: 100, input: 'a second list while one runs', outcome: 'busy; the first goes on', sockets, elsewhere: [[HISTORY, '100:']] },
  { no: 101, input: 'long lists for who reads slowly or not', outcome: 'bounded memory', sockets, scaled: '40 lists of 225 kB at the socket; 3 MB in the story', elsewhere: [[HISTORY, '101:'], [HISTORY, 'P11: a client that is read slowly'], ['client/reading.test.ts', 'one after the other']] },
  { no: 102, input: 'cut in a list', outcome: 'History incomplete', elsewhere: [[HISTORY, '102: the connection']] },
  { no: 103, input: 'a damaged database', outcome: 'named, not overwritten', sockets, elsewhere: [['storage/unusable.test.ts', 'a database cut short'], ['storage/unusable.test.ts', 'rubbish in the middle'], ['binaries/commands.test.ts', 'parley-server']] },
  { no: 104, input: 'the list of other people', outcome: 'empty', sockets, added, elsewhere: [[LYING, 'Y: a history']] },
  { no: 105, input: 'the disk is full', outcome: 'nothing is relayed that is not stored', sockets, elsewhere: [['stories/storage.test.ts', '105:'], ['binaries/disk.test.ts', 'testOnLinux']] },
  { no: 106, input: "the assignment's scenario of a history", outcome: 'all texts after the second log-on', sockets, elsewhere: [['binaries/scenarios.test.ts', '${id}: ${title}']] },
];

// prettier-ignore
const OPERATION: readonly Row[] = [
  { no: 107, input: 'a log-on elsewhere in a chat', outcome: 'the older is told, the partner too', sockets, elsewhere: [[TAKEOVER, '107:'], [LOG_ON, 'a log-on elsewhere']] },
  { no: 108, input: 'two machines with --reconnect', outcome: 'one displaces the other once', elsewhere: [['client/reconnect.test.ts', 'after a connection that was lost, too slow or ended by a shutdown, and no other'], [TAKEOVER, '107: the newer connection']] },
  { no: 110, input: 'a reader stops, silent or not, a writer goes on', outcome: 'dead, or closed as too slow; Chat ended', sockets, elsewhere: [['stories/slow.test.ts', '110: B says nothing any more'], ['stories/slow.test.ts', '110: B stops reading']] },
  { no: 111, input: 'FIN without CLOSE', outcome: 'lost', sockets, elsewhere: [['stories/liveness.test.ts', '111:']] },
  { no: 113, input: 'asleep for an hour', outcome: 'lost; a log-on at once', elsewhere: [[TAKEOVER, '113:']] },
  { no: 114, input: 'SIGTERM with 1000 clients', outcome: 'CLOSE(3) to each, exit 0', sockets, scaled: '2 chats, a pending attempt, an idle socket; 50 chats in the story', elsewhere: [['stories/shutdown.test.ts', '114: fifty chats']] },
  { no: 115, input: 'SIGKILL and restart', outcome: 'lost; numbers go up, texts are there', sockets, elsewhere: [['stories/storage.test.ts', '115:'], [FAILURES, 'server killed in a chat']] },
  { no: 116, input: 'restart between CHALLENGE and RESPONSE', outcome: 'AUTH_FAIL; the next log-on works', sockets, elsewhere: [['stories/storage.test.ts', '116:']] },
  { no: 117, input: 'keys that are none, open files, double keys and IDs', outcome: 'refused in clear words', sockets, elsewhere: [['security/subscriber-key.test.ts', 'weak keys'], ['storage/keyfile.test.ts', 'mode %o is refused'], ['binaries/client-mistakes.test.ts', 'refuses a key file'], ['storage/contract-subscribers.ts', 'the same key'], ['storage/parley-keys.test.ts', 'an ID that differs in case only']] },
  { no: 118, input: 'a wrong key at the client', outcome: 'as 34', sockets, elsewhere: [[LOG_ON, 'a wrong key: Authentication failed']] },
  { no: 119, input: 'a port in use', outcome: 'named, exit code above 0', sockets, elsewhere: [['binaries/commands.test.ts', 'says which port is in use']] },
  { no: 120, input: 'a search of all output for every secret', outcome: 'nothing found', sockets, elsewhere: [['binaries/secrets.test.ts', 'no key in any output']] },
  { no: 121, input: 'hostile viewers of the inspector', outcome: 'refused by name', added, elsewhere: [['inspector/guard.test.ts', 'hostile: %s']] },
  { no: 122, input: 'pages of other sites, wrong tokens', outcome: 'not let in', added, elsewhere: [['inspector/access.test.ts', 'not with %s']] },
  { no: 123, input: 'a damaged trace', outcome: 'refused with file and line', added, elsewhere: [['chart/reader.test.ts', 'changed in a real trace']] },
  { no: 125, input: 'any datagram', outcome: 'one answer at most, and shorter (I-16)', sockets, added },
  { no: 132, input: 'log-ons of one client that never closes', outcome: 'one connection stays', sockets, added, scaled: '60 log-ons' },
  { no: 133, input: 'strays from many sources', outcome: 'AUTH_FAIL_PER_SECOND answers at most', sockets, added, scaled: '2 000 strays of 20 sources' },
  { no: 135, input: 'a subscriber is removed in a chat, with a HELLO answered, with a cookie out', outcome: 'CLOSE(7), Chat ended, forgotten', sockets, added, elsewhere: [['binaries/subscribers.test.ts', 'who is removed in a chat'], ['stories/subscribers.test.ts', 'attempts are forgotten']] },
  { no: 134, input: 'rubbish on UDP and TCP at once', outcome: 'bounded memory; the chat goes on', sockets, added, scaled: '5 000 datagrams, 100 sockets' },
];

export const ROWS: readonly Row[] = [
  ...TO_SERVER,
  ...TO_CLIENT,
  ...BEFORE_CONNECT,
  ...RECORDS,
  ...CHATS,
  ...LISTS,
  ...OPERATION,
];
