/** Challenge and response, A3 and A8: what they are, how they are used here, what they protect and what not. */
import { LIMITS, WIRE } from '../../../machines/limits';
import { SIZE } from '../../../transport/security/schedule';
import { heading, line, list, paragraph, type Block } from '../blocks';
import { blocksOf, section } from '../data/markdown';
import type { Facts } from '../facts';

const BITS = 8;

export function background({ documents }: Facts): Block[] {
  return [
    heading(1, 'Background: challenge and response'),
    ...problem(),
    ...gsm(),
    ...here(),
    ...hashes(),
    ...keys(),
    heading(2, 'What is proved, and to whom'),
    ...blocksOf(section(documents.protocol, '2.8 '), {
      id: 'proved',
      caption: [
        'What each step of the log-on proves.',
        'What the analysis found for this design and for three that lack a part of it.',
      ],
    }),
    paragraph(
      'ProVerif was not run for this report; the committed outputs of version 2.05 are compared by test/formal.',
    ),
    ...protects(),
    ...doesNot(),
    ...udp(),
  ];
}

function problem(): Block[] {
  return [
    heading(2, 'The problem, and the idea'),
    paragraph(
      'A client must prove to a server that it is who it says. If it sent its secret, whoever listens once could do the same for ever. If it sent a hash of the secret, the hash would be the secret. Encrypting the secret does not help either: a recording of the ciphertext can be sent again.',
    ),
    paragraph(
      'A challenge/response protocol makes the proof good for one time. The server sends a random number that was never used before (the challenge). The client answers with a value that only somebody who has the secret can compute from it (the response). The server computes the same value and compares. The secret does not cross the network, and a recorded answer is worthless because the question does not come again. PPP has used this as CHAP since RFC 1334 (now RFC 1994), HTTP as Digest (RFC 7616), and mobile networks in every SIM card.',
    ),
    paragraph(
      'Three things carry the weight: the challenge must be fresh and not be guessed in advance (RFC 4086), the secret must be too long to be guessed, and the function must not give the secret away from question and answer.',
    ),
  ];
}

function gsm(): Block[] {
  return [
    heading(2, 'A3 and A8 in mobile networks'),
    paragraph(
      'In GSM (ETSI GSM 03.20, 3GPP TS 43.020) the SIM card and the authentication centre of the operator share a key K_i of 128 bits. The network sends RAND, 128 random bits. The card computes the signed response SRES = A3(K_i, RAND), 32 bits, which it sends back, and the ciphering key K_c = A8(K_i, RAND), 64 bits, which it keeps. The network has computed both. If the two SRES are equal the subscriber is authentic, and from then on the radio link is encrypted by the stream cipher A5 under K_c.',
    ),
    paragraph(
      'A3 and A8 are *roles*, not algorithms: each operator may choose his own. Many used COMP128, which computed both at once, was secret, leaked K_i when it could be asked often enough, and set ten bits of K_c to zero. The lesson is old (Kerckhoffs): a function should be public and the key secret. Later sets are public, for instance GSM-MILENAGE (3GPP TS 55.205) over AES.',
    ),
    paragraph(
      'Two more lessons are taken up below. In GSM only the phone is authenticated, so a false base station can pose as the network and switch encryption off; UMTS added authentication of the network (AKA, 3GPP TS 33.102). And K_c is the only thing that ties the encrypted link to the authentication: without integrity protection nothing shows that what comes over the link was written by the one who was authenticated.',
    ),
  ];
}

function here(): Block[] {
  return [
    heading(2, 'A3 and A8 in this system'),
    paragraph(
      'The assignment takes over the scheme: RES = hash1(rand + K_A) is A3, CK_A = hash2(rand + K_A) is A8, where + is concatenation. Server and client compute both; the server stores its own RES as XRES until the answer comes. Our choice of sizes and functions:',
    ),
    {
      kind: 'table',
      id: 'a3a8',
      caption: 'The scheme of the assignment with our functions; sizes from the code.',
      head: ['Value', 'Made by', 'Size', 'Seen by a listener'],
      rows: [
        ['K_A', 'random, once for each subscriber', `${bits(SIZE.K_A)}`, 'never'],
        [
          'rand',
          'server, random, new for every log-on attempt',
          `${bits(SIZE.RAND)}`,
          'yes, in CHALLENGE and RESPONSE',
        ],
        ['RES, XRES', '`SHA-256(rand ‖ K_A)`', `${bits(SIZE.RES)}`, 'yes, in RESPONSE'],
        ['CK_A', '`SHA3-256(rand ‖ K_A)`', `${bits(SIZE.ROOT)}`, 'never; keys derived from it encrypt everything else'],
        ['rand_cookie', 'server, random, good for one CONNECT', `${bits(SIZE.COOKIE)}`, 'never: it travels encrypted'],
      ].map((row) => row.map((cell) => line(cell))),
      widths: [13, 34, 22, 31],
    },
  ];
}

function bits(size: number): string {
  return `${String(size)} bytes = ${String(size * BITS)} bits`;
}

function hashes(): Block[] {
  return [
    heading(2, 'Why SHA-256 and SHA3-256'),
    list([
      '**They must differ.** With one function for both, RES would *be* CK_A, and it crosses the network in clear: every listener would read everything.',
      '**To differ is not enough.** CK_A must not be computable from RES. With SHA-256 for A3 and double SHA-256 for A8, CK_A would be SHA-256(RES). SHA-256 (FIPS 180-4) compresses blocks, SHA3-256 (FIPS 202) is a sponge: two constructions without a relation between their outputs.',
      `**Lengths are fixed.** rand ‖ K_A has always ${String(SIZE.RAND)} + ${String(SIZE.K_A)} bytes, so "+" has one reading. Extending a SHA-256 value yields the hash of a longer input, which nobody accepts.`,
      '**Not MD5, not SHA-1.** The assignment names them as examples. Collisions of both are cheap today, and nothing speaks for them.',
      'Free to choose, one would take HMAC (RFC 2104) as A3. With a key of full length, a fixed input length and SHA-256 the formula of the assignment has no known weakness that HMAC would mend, and it can be recomputed by anybody with `openssl dgst`.',
    ]),
  ];
}

function keys(): Block[] {
  return [
    heading(2, 'From CK_A to keys'),
    paragraph(
      'CK_A encrypts nothing itself. It is the input of HKDF (RFC 5869), which derives a key for each purpose and direction, as TLS 1.3 does from its own secrets (RFC 8446, section 7). Into each key goes a hash of the complete HELLO and CHALLENGE, so a recorded AUTH_SUCCESS answers no other log-on, and a fresh salt of each side, so that key and nonce never meet twice even if an attacker plays an old rand to a client. CK_A is the only secret that enters: who has it can decrypt, who has not cannot, which is what "encrypted under CK_A" asks for.',
    ),
    paragraph(
      `Encryption is AES-256-GCM (NIST SP 800-38D), an AEAD in the sense of RFC 5116: each record carries a tag of ${String(WIRE.TAG_BYTES)} bytes over its content, its length and its place in the stream. The assignment does not require integrity. It costs no further message, and without it CK_A would authenticate nobody after the log-on. A record that was altered, repeated, left out or put elsewhere does not verify, and the connection ends. After ${WIRE.REKEY_RECORDS.toLocaleString('en-US')} records in a direction both sides step to new keys.`,
    ),
  ];
}

function protects(): Block[] {
  return [
    heading(2, 'What it protects'),
    list([
      '**Against listeners**: texts, partners of chats and history are encrypted; K_A and CK_A are never sent.',
      '**Against replay**: an old RESPONSE answers a rand that is gone; rand_cookie is used once; a recorded connection does not fit new keys.',
      '**Against tampering** and insertion on the connection, by the tags; a stream that is cut short is noticed, because its end is a message (CLOSE) and not a FIN, which anybody can send.',
      '**Against a false server**, although the assignment assumes the server secure: AUTH_SUCCESS can be made only by somebody with K_A, for this very attempt.',
      `**Against guessing at the server**: with ${String(SIZE.K_A * BITS)} random bits there is nothing to guess. So no account is ever locked, which would only serve those who want to keep a user out.`,
    ]),
  ];
}

function doesNot(): Block[] {
  return [
    heading(2, 'What it does not protect'),
    list([
      '**No forward secrecy.** Whoever learns K_A later can compute CK_A of every recorded log-on, since rand was sent in clear, and read all of it. A Diffie-Hellman exchange in HELLO and CHALLENGE (RFC 7748) would mend this; the assignment wants the keys from CK_A, so an extension is reserved for it and not used.',
      '**Shared keys on the server.** The server must have K_A itself, not a hash of it: who copies its data file can pose as every subscriber, and as the server. The file is readable by its owner only; a public-key scheme would avoid it.',
      '**The server reads everything.** It relays and stores texts in clear. This is no end-to-end encryption.',
      `**Metadata.** Client-IDs stand in clear in HELLO and RESPONSE. Who talks when, and how much to within ${String(WIRE.RECORD_STEP_BYTES)} bytes, can be seen by a listener.`,
      '**Weak secrets.** One recorded pair of rand and RES is enough to test guesses of K_A at home, as fast as a graphics card computes SHA-256. So keys are random, passwords are refused, and a passphrase is accepted only when asked for and stretched by scrypt (RFC 7914).',
      '**Availability.** Nothing helps against somebody on the path who lets nothing through.',
    ]),
  ];
}

function udp(): Block[] {
  return [
    heading(2, 'UDP, forged addresses and the cookie'),
    paragraph(
      `UDP has no connection (RFC 768), so the source address of a HELLO can be forged, and a protocol on UDP must not become an amplifier (RFC 8085). Three rules follow. A client's datagram is filled to at least ${String(WIRE.CLIENT_DATAGRAM_MIN_BYTES)} bytes, and no answer is longer than what it answers. Attempts that wait are bounded, ${LIMITS.PENDING_ATTEMPTS.toLocaleString('en-US')} in all and ${String(LIMITS.PENDING_PER_SOURCE)} of one source, and the oldest leaves, so that a flood shortens the time to answer rather than shut honest clients out. And each attempt is a machine of its own: a forged HELLO in the name of a user cannot end the log-on of the user.`,
    ),
    paragraph(
      `The proof over UDP must be carried over to TCP, which is another connection from another port. That is the task of rand_cookie, as with the cookies of DTLS (RFC 6347): the server gives it encrypted to the one who answered, and CONNECT on the TCP connection gives it back, encrypted too. It is good once, and for ${String(LIMITS.T_COOKIE_MS / 1000)} s. A false AUTH_FAIL is cheap, because it is in clear; so a client that receives one waits ${String(LIMITS.T_FAIL_HOLD_MS)} ms for an AUTH_SUCCESS that verifies before it believes it.`,
    ),
  ];
}
