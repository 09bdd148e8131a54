/** The record layer: golden records, rekeying, and everything that must not open (protocol 2.6; I-17; faults 64, 66, 80). */
import crypto from 'node:crypto';
import fc from 'fast-check';
import { WIRE } from '../../machines/limits';
import { sealInto } from '../../transport/security/aead';
import { RecordOpener, RecordSealer, writeNonce } from '../../transport/security/records';
import { extract, nextSecret } from '../../transport/security/schedule';
import { PLAINTEXTS, vector } from './vectors';

const { KEEPALIVE } = PLAINTEXTS;
const C2S = ['rec_CONNECT', 'rec_CHAT_REQUEST', 'rec_CHAT', 'rec_CHAT_x3'] as const;
const S2C = ['rec_CONNECTED', 'rec_CHAT_STARTED'] as const;

const open = (opener: RecordOpener, record: Buffer): Buffer | undefined =>
  opener.open(record.subarray(0, 2), record.subarray(2));

/** S[e] of the stream whose S[0] is this. */
function secretOf(epoch: number, first = vector('S_c2s')): Buffer {
  return epoch === 0 ? first : secretOf(epoch - 1, nextSecret(extract(first)));
}
/** Both ends of a stream at record `first`. */
function stream(first = 0): { sealer: RecordSealer; opener: RecordOpener } {
  const secret = (): Buffer => secretOf(Math.floor(first / WIRE.REKEY_RECORDS));
  return { sealer: new RecordSealer(secret(), undefined, first), opener: new RecordOpener(secret(), undefined, first) };
}

describe('golden records', () => {
  test.each([
    ['c2s', 'S_c2s', C2S],
    ['s2c', 'S_s2c', S2C],
  ] as const)('%s', (_, secret, names) => {
    const sealer = new RecordSealer(vector(secret));
    const opener = new RecordOpener(vector(secret));
    names.forEach((name, seq) => {
      expect([sealer.seq, opener.seq]).toEqual([seq, seq]);
      expect(sealer.seal(PLAINTEXTS[name])).toEqual(vector(name));
      expect(open(opener, vector(name))).toEqual(PLAINTEXTS[name]);
    });
  });

  test('65,537 records in one direction: the last of an epoch, the first of the next', () => {
    const { sealer, opener } = stream();
    const wanted = new Map<number, Buffer>([
      [65_535, vector('rec_seq65535')],
      [65_536, vector('rec_seq65536')],
    ]);
    for (let seq = 0; seq <= 65_536; seq++) {
      const record = sealer.seal(KEEPALIVE);
      const golden = wanted.get(seq);
      if (golden) expect(record).toEqual(golden);
      if (open(opener, record)?.equals(KEEPALIVE) !== true) throw new Error(`record ${seq} does not open`);
    }
    expect([sealer.seq, opener.seq]).toEqual([65_537, 65_537]);
  });

  test('keys are told when their epoch begins, and lent only', () => {
    const told: [number, string, string][] = [];
    const lent: Buffer[] = [];
    const sealer = new RecordSealer(vector('S_c2s'), (epoch, key, iv) => {
      told.push([epoch, key.toString('hex'), iv.toString('hex')]);
      lent.push(key, iv);
    });
    expect(told).toEqual([[0, vector('key_c2s_0').toString('hex'), vector('iv_c2s_0').toString('hex')]]);
    sealer.wipe();
    for (const bytes of lent) expect(bytes).toEqual(Buffer.alloc(bytes.length));
  });
});

describe('any records', () => {
  const plaintexts = fc.array(
    fc.uint8Array({ minLength: 0, maxLength: 4160 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 5 },
  );
  /** Near the ends of some epochs, and near the end of what the low half of a nonce can count. */
  const firsts = fc.constantFrom(0, 1, 65_534, 65_535, 65_536, 3 * 65_536 - 2);

  test('what was sealed opens, in order, and is as long as it must be', () => {
    fc.assert(
      fc.property(firsts, plaintexts, (first, sent) => {
        const { sealer, opener } = stream(first);
        for (const plaintext of sent) {
          const record = sealer.seal(plaintext);
          expect(record).toHaveLength(2 + plaintext.length + 16);
          expect(record.readUInt16BE()).toBe(plaintext.length + 16);
          expect(open(opener, record)).toEqual(plaintext);
        }
      }),
    );
  });

  test('lost, repeated, reordered or altered: does not open, and the right one still does', () => {
    fc.assert(
      fc.property(firsts, fc.integer({ min: 0, max: 3 }), fc.nat(), (first, right, bit) => {
        const { sealer, opener } = stream(first);
        const records = [1, 2, 3, 4].map((fill) => sealer.seal(Buffer.alloc(64, fill)));
        const before = records.slice(0, right);
        for (const record of before) open(opener, record);
        const genuine = records[right]!;
        const altered = flipped(genuine, bit % (genuine.length * 8));
        for (const record of [...records.filter((other) => other !== genuine), altered]) {
          expect(open(opener, record)).toBeUndefined();
        }
        expect(opener.seq).toBe(first + right);
        expect(open(opener, genuine)).toEqual(Buffer.alloc(64, right + 1));
      }),
    );
  });

  test('key and nonce never meet twice, over epochs and streams', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        (epochs, around) => {
          const pairs = pairsUsed(() => {
            for (const S of ['S_c2s', 'S_s2c'] as const) {
              for (const epoch of epochs) {
                const first = epoch * WIRE.REKEY_RECORDS - around;
                const sealer = new RecordSealer(secretOf(epoch - 1, vector(S)), undefined, first);
                for (let n = 0; n < 2 * around; n++) sealer.seal(KEEPALIVE);
              }
            }
          });
          expect(pairs).toHaveLength(2 * epochs.length * 2 * around);
          expect(new Set(pairs).size).toBe(pairs.length);
          // One key before and one after each change, in each stream.
          const keys = new Set(epochs.flatMap((epoch) => [epoch - 1, epoch])).size;
          expect(new Set(pairs.map((pair) => pair.slice(0, 64))).size).toBe(2 * keys);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('one record', () => {
  const genuine = vector('rec_CONNECT');

  test('a bit changed anywhere: does not open', () => {
    const { opener } = stream();
    for (let bit = 0; bit < genuine.length * 8; bit++) expect(open(opener, flipped(genuine, bit))).toBeUndefined();
    expect(open(opener, genuine)).toEqual(PLAINTEXTS.rec_CONNECT);
  });

  test('cut anywhere, in the tag too: does not open', () => {
    const { opener } = stream();
    for (let end = 2; end < genuine.length; end++) expect(open(opener, genuine.subarray(0, end))).toBeUndefined();
    for (const tag of [4, 8, 12, 15]) {
      const short = Buffer.concat([genuine.subarray(0, -16), genuine.subarray(-16).subarray(0, tag)]);
      expect(open(opener, short)).toBeUndefined();
    }
    expect(open(opener, Buffer.concat([genuine, Buffer.alloc(1)]))).toBeUndefined();
  });

  test('of the other direction (reflection): does not open', () => {
    expect(open(new RecordOpener(vector('S_c2s')), vector('rec_CONNECTED'))).toBeUndefined();
    expect(open(new RecordOpener(vector('S_s2c')), vector('rec_CONNECT'))).toBeUndefined();
  });

  test('every cipher is made for tags of 16 bytes', () => {
    const makers = [jest.spyOn(crypto, 'createCipheriv'), jest.spyOn(crypto, 'createDecipheriv')];
    const { sealer, opener } = stream();
    open(opener, sealer.seal(KEEPALIVE));
    for (const maker of makers) {
      expect(maker).toHaveBeenCalledWith('aes-256-gcm', expect.anything(), expect.anything(), { authTagLength: 16 });
      maker.mockRestore();
    }
  });

  test('what does not verify is zero-filled', () => {
    const real = crypto.createDecipheriv;
    const seen: Buffer[] = [];
    const maker = jest.spyOn(crypto, 'createDecipheriv').mockImplementation((...args: Parameters<typeof real>) => {
      const decipher = real(...args);
      const update = decipher.update.bind(decipher) as (data: Buffer) => Buffer;
      return Object.assign(decipher, {
        update(data: Buffer) {
          const plaintext = update(data);
          seen.push(plaintext);
          return plaintext;
        },
      });
    });
    expect(open(stream().opener, flipped(genuine, 8 * 81))).toBeUndefined();
    maker.mockRestore();
    expect(seen).toEqual([Buffer.alloc(64)]);
  });
});

describe('wiping', () => {
  test('S is taken over, and overwritten by the next one with key and iv', () => {
    const given = secretOf(0);
    const lent: Buffer[] = [];
    const sealer = new RecordSealer(given, (_, key, iv) => lent.push(key, iv), 65_535);
    expect(given).toEqual(Buffer.alloc(32));
    const whole = Buffer.from(lent[0]!.buffer);
    expect(whole.includes(vector('S_c2s'))).toBe(true);
    sealer.seal(KEEPALIVE);
    expect(whole.includes(vector('S_c2s_1'))).toBe(true);
    for (const old of ['S_c2s', 'key_c2s_0', 'iv_c2s_0'] as const) expect(whole.includes(vector(old))).toBe(false);
    sealer.wipe();
    expect(whole).toEqual(Buffer.alloc(whole.length));
  });

  test('wiped: sealing and opening throw, without a secret', () => {
    const { sealer, opener } = stream();
    for (const cipher of [sealer, opener]) {
      cipher.wipe();
      cipher.wipe();
      expect(cipher.wiped).toBe(true);
    }
    expect(() => sealer.seal(KEEPALIVE)).toThrow('a wiped secret was used');
    expect(() => open(opener, vector('rec_CONNECT'))).toThrow('a wiped secret was used');
  });
});

describe('the numbers', () => {
  const END = 2 ** 48;

  test.each([
    [0, '89f4e956726a7b987045a1d7'],
    [1, '89f4e956726a7b987045a1d6'],
    [2 ** 32 - 1, '89f4e956726a7b988fba5e28'],
    [2 ** 32, '89f4e956726a7b997045a1d7'],
    [END - 1, '89f4e956726a84678fba5e28'],
  ])('nonce of record %d', (seq, hex) => {
    const nonce = Buffer.alloc(12);
    writeNonce(nonce, vector('iv_c2s_0'), seq);
    expect(nonce.toString('hex')).toBe(hex);
  });

  test('exhausted well before 2^48, and there is still room for CLOSE; none after it', () => {
    // Which S belongs to so late an epoch does not matter here.
    const at = (first: number) => new RecordSealer(secretOf(0), undefined, first);
    expect(at(0).exhausted).toBe(false);
    const before = at(END - WIRE.REKEY_RECORDS - 1);
    expect(before.exhausted).toBe(false);
    before.seal(KEEPALIVE);
    expect(before.exhausted).toBe(true);
    before.seal(KEEPALIVE);

    const last = at(END - 1);
    const opener = new RecordOpener(secretOf(0), undefined, END - 1);
    expect(open(opener, last.seal(KEEPALIVE))).toEqual(KEEPALIVE);
    expect(opener.exhausted).toBe(true);
    expect(() => last.seal(KEEPALIVE)).toThrow('after the last number');

    const beyond = vector('rec_CONNECT');
    const nonce = Buffer.alloc(12);
    writeNonce(nonce, vector('iv_c2s_0'), END);
    sealInto(beyond, 2, vector('key_c2s_0'), nonce, beyond.subarray(0, 2), KEEPALIVE);
    expect(open(new RecordOpener(secretOf(0), undefined, END), beyond)).toBeUndefined();
  });
});

function flipped(record: Buffer, bit: number): Buffer {
  const changed = Buffer.from(record);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

/** Key and nonce, in hexadecimal, of everything that is sealed meanwhile. */
function pairsUsed(run: () => void): string[] {
  const real = crypto.createCipheriv;
  const pairs: string[] = [];
  const maker = jest.spyOn(crypto, 'createCipheriv').mockImplementation((...args: Parameters<typeof real>) => {
    const [, key, nonce] = args as unknown as [string, Buffer, Buffer];
    pairs.push(key.toString('hex') + nonce.toString('hex'));
    return real(...args);
  });
  try {
    run();
    return pairs;
  } finally {
    maker.mockRestore();
  }
}
