/** What is taken for a key, and what is refused (protocol 2.3; fault 117). */
import fc from 'fast-check';
import { systemRandom } from '../../transport/security/random';
import { formatKey, keyWeakness, newKey, parseKey, stretchKey } from '../../transport/security/subscriber-key';
import { chance, run, vector } from './vectors';

const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

describe('reading and writing', () => {
  test('a new key is what chance gives, 32 bytes', () => {
    expect(newKey(chance(vector('RES')))).toEqual(vector('RES'));
    expect(newKey(systemRandom)).toHaveLength(32);
  });

  test('a key is written as 64 lower-case digits', () => {
    expect(formatKey(vector('RES'))).toBe('84e4bd6ca2af96412fdc62fe44d4e9709cdc31933081a62486a48a154b582d53');
  });

  test('every key is read back from hexadecimal in either case, and from base64 with and without its filling', () => {
    fc.assert(
      fc.property(key32, (key) => {
        const base64 = key.toString('base64');
        for (const text of [formatKey(key), formatKey(key).toUpperCase(), base64, base64.slice(0, 43)]) {
          expect(parseKey(text)).toEqual({ ok: true, key });
        }
      }),
    );
  });

  const hex = vector('RES').toString('hex');
  const base64 = vector('RES').toString('base64');
  test.each<[string, string]>([
    ['nothing', ''],
    ['31 bytes', hex.slice(2)],
    ['63 digits', hex.slice(1)],
    ['65 digits', `${hex}0`],
    ['33 bytes', `${hex}00`],
    ['a digit that is none', `g${hex.slice(1)}`],
    ['a line end after it', `${hex}\n`],
    ['a blank before it', ` ${hex}`],
    ['a prefix', `0x${hex.slice(2)}`],
    ['base64 of 31 bytes', vector('RES').subarray(1).toString('base64')],
    ['base64 of 33 bytes', Buffer.concat([vector('RES'), Buffer.from([1])]).toString('base64')],
    ['base64 with a line end', `${base64}\n`],
    ['base64 filled twice', `${base64.slice(0, 42)}==`],
    ['the alphabet of base64url', `-${base64.slice(1)}`],
    ['bits behind the end', `${base64.slice(0, 42)}N=`],
    ['a password', 'correct horse battery staple'],
  ])('refused: %s', (_, text) => {
    const result = parseKey(text);
    expect(result).toEqual({ ok: false, why: expect.any(String) as string });
    // The sentence must not repeat a key that was only mistyped.
    if (!result.ok && text.length > 8) expect(result.why).not.toContain(text.slice(0, 8));
  });

  test('any text is read or refused, and what is read has 32 bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ minLength: 40, maxLength: 48 })), (text) => {
        const result = parseKey(text);
        if (result.ok) expect(result.key).toHaveLength(32);
      }),
    );
  });
});

describe('weak keys', () => {
  test.each<[string, Buffer, RegExp]>([
    ['31 bytes', vector('RES').subarray(1), /exactly 32 bytes/],
    ['all zero', Buffer.alloc(32), /arithmetic sequence/],
    ['counting up', run(0, 31), /arithmetic sequence/],
    ['counting down, past zero', Buffer.from(run(0, 31).map((i) => 3 - 7 * i)), /arithmetic sequence/],
    ['printable', Buffer.from('abcdefghijklmnop ~ 1234567890ABC'), /printable/],
    ['15 values', Buffer.from(run(0, 31).map((i) => ((i * i) % 15) ^ 0x80)), /fewer than 16/],
    [
      'exactly 15 values',
      Buffer.concat([vector('RES').subarray(0, 15), Buffer.alloc(17, vector('RES')[0])]),
      /fewer than 16/,
    ],
  ])('refused: %s', (_, key, why) => {
    const sentence = keyWeakness(key);
    expect(sentence).toMatch(why);
    expect(sentence).toContain('parley-keys add');
  });

  test.each<[string, Buffer]>([
    ['the hash of something', vector('RES')],
    ['exactly 16 values', Buffer.concat([vector('RES').subarray(0, 16), vector('RES').subarray(0, 16)])],
    ['one byte that is not printable', Buffer.from('abcdefghijklmnop ~ 1234567890AB\x7f', 'latin1')],
    ['counting up but for the last', Buffer.from(run(0, 31).map((i) => (i === 31 ? 0 : i)))],
  ])('accepted: %s', (_, key) => {
    expect(keyWeakness(key)).toBeUndefined();
  });

  test('a random key is not weak', () => {
    fc.assert(fc.property(fc.constant(undefined), () => keyWeakness(newKey(systemRandom)) === undefined));
  });
});

describe('stretched passphrases', () => {
  // Computed with another implementation (hashlib.scrypt of Python).
  test.each<[string, string, string]>([
    ['ASCII', 'correct horse battery staple', '6316c7849a52e6a182c92869a892275fda5252289996509303c22f2c9b344ec1'],
    ['as NFKC writes it', 'Grüße ☕ find 2 mal', '2a37c73396e9bec3f2bdab216064ba5e331d820cc5ff3020910df3f985cc1dff'],
    [
      'as it may be typed',
      'Gru\u0308ße ☕ \ufb01nd \uff12 mal',
      '2a37c73396e9bec3f2bdab216064ba5e331d820cc5ff3020910df3f985cc1dff',
    ],
  ])('%s', (_, passphrase, key) => {
    expect(stretchKey(passphrase, 'Client-ID-A')).toEqual({ ok: true, key: Buffer.from(key, 'hex') });
  });

  test.each<[string, string, RegExp]>([
    ['15 characters', 'fifteen letters', /at least 16 characters/],
    ['15 characters that take 30 units', '\u{1f600}'.repeat(15), /at least 16 characters/],
    ['16 that NFKC makes 15', 'fifteen lettere\u0301', /at least 16 characters/],
    ['an unpaired surrogate', 'sixteen letters and \ud800', /well-formed/],
  ])('refused: %s', (_, passphrase, why) => {
    const result = stretchKey(passphrase, 'Client-ID-A');
    expect(result).toEqual({ ok: false, why: expect.stringMatching(why) as string });
  });
});
