/**
 * Compares what bytes.mjs makes of the inputs of appendix B with the golden vectors. Must not import anything from the
 * project: the vectors are handed in.
 */
import { Buffer } from 'node:buffer';
import console from 'node:console';
import * as sbc from './bytes.mjs';

const range = (from, size) => Buffer.from(Array.from({ length: size }, (_, i) => from + i));
const ID = 'Client-ID-A';
const PEER = sbc.idField('Client-ID-B');
const COOKIE = range(0x60, 16);
const message = (type, ...fields) => Buffer.concat([sbc.uint(1, type), ...fields]);
const chat = (text) => message(0x25, sbc.uint(4, 1), sbc.textField(text));

/** Yields name and value of everything that has a vector; what the server sends is opened and must say what it should. */
function* results(vector) {
  const key = range(0x00, 32);
  const attempt = range(0x40, 16);
  yield ['K_A', key];
  const hello = sbc.helloOf(attempt, ID);
  yield ['HELLO', hello];
  const rand = sbc.randOf(vector('CHALLENGE'));
  yield ['rand', rand];
  yield ['CHALLENGE', sbc.typeOf(vector('CHALLENGE'), attempt) === 2 && vector('CHALLENGE')];
  yield ['AUTH_FAIL', sbc.typeOf(vector('AUTH_FAIL'), attempt) === 5 && vector('AUTH_FAIL')];
  const candidate = sbc.candidateOf(key, ID, hello, vector('CHALLENGE'), rand);
  yield ['RES', sbc.hash('sha256', rand, key)];
  yield ['CK_A', candidate.ck];
  yield ['TH', candidate.th];
  yield ['K_succ', candidate.success];
  yield ['tag', candidate.tag];
  yield ['RESPONSE', candidate.response];
  const opened = sbc.openSuccess(vector('AUTH_SUCCESS'), candidate);
  yield ['AUTH_SUCCESS', opened?.cookie.equals(COOKIE) && opened.port === 54321 && vector('AUTH_SUCCESS')];
  yield* records(vector, candidate);
}

function* records(vector, candidate) {
  const prefaceC = sbc.clientPreface(candidate.tag, range(0x70, 16));
  const prefaceS = Buffer.concat([sbc.PREFACE, range(0x80, 16)]);
  yield ['prefaceC', prefaceC];
  yield ['prefaceS', prefaceS];
  const up = new sbc.Direction(sbc.secretOf(candidate, 'client to server', prefaceC));
  const down = new sbc.Direction(sbc.secretOf(candidate, 'server to client', prefaceC, prefaceS));
  yield ['S_c2s', up.secret];
  yield ['S_s2c', down.secret];
  yield ['rec_CONNECT', up.seal(message(0x10, COOKIE))];
  yield ['key_c2s_0', up.key];
  yield ['iv_c2s_0', up.iv];
  yield ['rec_CHAT_REQUEST', up.seal(message(0x20, PEER))];
  yield ['rec_CHAT', up.seal(chat('Grüße ☕'))];
  yield ['rec_CHAT_x3', up.seal(chat('one'), chat('two'), message(0x23, sbc.uint(4, 1)))];
  up.seq = 65535;
  yield ['rec_seq65535', up.seal(message(0x40))];
  yield ['rec_seq65536', up.seal(message(0x40))];
  yield ['S_c2s_1', up.secret];
  const says = (name) => {
    const record = vector(name);
    const plain = down.open(record.subarray(0, 2), record.subarray(2));
    return plain && sbc.entriesOf(plain).map(sbc.decode);
  };
  const [connected, ...more] = says('rec_CONNECTED') ?? [];
  yield ['rec_CONNECTED', connected?.name === 'CONNECTED' && more.length === 0 && vector('rec_CONNECTED')];
  yield ['key_s2c_0', down.key];
  yield ['iv_s2c_0', down.iv];
  const [started] = says('rec_CHAT_STARTED') ?? [];
  const right = started?.name === 'CHAT_STARTED' && started.session === 1 && started.id === 'Client-ID-B';
  yield ['rec_CHAT_STARTED', right && vector('rec_CHAT_STARTED')];
}

/** Prints a line for each vector. @param vectors hexadecimal by name @returns exit code: 0 if all agree and none is left out */
export function selfTest(vectors) {
  const left = new Set(Object.keys(vectors));
  let wrong = 0;
  for (const [name, value] of results((wanted) => Buffer.from(vectors[wanted], 'hex'))) {
    const right = value !== undefined && value !== false && value.toString('hex') === vectors[name];
    console.log(right ? 'right' : 'WRONG', name);
    left.delete(name);
    if (!right) wrong++;
  }
  for (const name of left) console.log('NOT TESTED', name);
  console.log(`${wrong} wrong, ${left.size} not tested`);
  return wrong === 0 && left.size === 0 ? 0 : 1;
}
