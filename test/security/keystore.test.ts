/**
 * The key store: a log-on of both sides with golden values, and what is refused to a peer (protocol 2.4 to 2.8, 2.10; I-17;
 * faults 27, 28, 38, 39, 41).
 */
import fc from 'fast-check';
import type { KeyStore } from '../../transport/security/keystore';
import { body, bound, BOX, HEADER, ID, offered, storeWith } from './stores';
import { chance, COOKIE, NONCE, PLAINTEXTS, run, vector } from './vectors';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('subscribers', () => {
  test('are there until they are removed, under their exact Client-ID', () => {
    const store = storeWith();
    expect([store.has(ID), store.has(ID.toLowerCase()), store.size]).toEqual([true, false, 0]);
    store.removeSubscriber(ID);
    store.removeSubscriber(ID);
    expect(store.has(ID)).toBe(false);
    expect(() => store.derive(ID, vector('rand'))).toThrow('no such subscriber');
  });

  test('a key set again counts from then on; what was derived before stays', () => {
    const { store, handle } = bound();
    store.setSubscriber(ID, vector('RES'));
    expect(store.verify(handle, vector('RES'))).toBe(true);
    expect(store.verify(store.derive(ID, vector('rand')), vector('RES'))).toBe(false);
  });

  test('the key is copied', () => {
    const key = vector('K_A');
    const store = storeWith(key);
    key.fill(0);
    expect(store.res(store.derive(ID, vector('rand')))).toEqual(vector('RES'));
  });

  test.each([0, 16, 31, 33])('a key or rand of %d bytes is our own bug', (length) => {
    expect(() => storeWith(Buffer.alloc(length))).toThrow('32 bytes');
    expect(() => storeWith().derive(ID, Buffer.alloc(length))).toThrow('32 bytes');
  });
});

describe('golden values', () => {
  test('RES and tag', () => {
    const { store, handle } = bound();
    expect(store.res(handle)).toEqual(vector('RES'));
    expect(store.tag(handle)).toEqual(vector('tag'));
  });

  test('AUTH_SUCCESS sealed, with the cookie and the nonce that chance gives', () => {
    const { store, handle } = offered();
    const { nonce, box } = store.sealAuthSuccess(handle, HEADER(), body, chance(NONCE()));
    expect(Buffer.concat([HEADER(), nonce, box])).toEqual(vector('AUTH_SUCCESS'));
  });

  test('AUTH_SUCCESS opened', () => {
    const { store, handle } = bound();
    expect(store.openAuthSuccess(handle, HEADER(), NONCE(), BOX())).toEqual(body(COOKIE()));
  });

  test('the first records of both directions, on both sides', () => {
    const server = offered();
    const client = bound();
    client.store.keepCookie(client.handle, COOKIE());
    expect(client.store.cookie(client.handle)).toEqual(COOKIE());
    const up = client.store.clientSealer(client.handle, vector('prefaceC')).seal(PLAINTEXTS.rec_CONNECT);
    expect(up).toEqual(vector('rec_CONNECT'));

    const opener = server.store.serverOpener(server.handle, vector('prefaceC'));
    expect(opener.open(up.subarray(0, 2), up.subarray(2))).toEqual(PLAINTEXTS.rec_CONNECT);
    expect(server.store.checkCookie(server.handle, COOKIE())).toBe(true);
    server.store.spend(server.handle);
    const sealer = server.store.serverSealer(server.handle, vector('prefaceC'), vector('prefaceS'));
    const down = sealer.seal(PLAINTEXTS.rec_CONNECTED);
    expect(down).toEqual(vector('rec_CONNECTED'));

    const last = client.store.clientOpener(client.handle, vector('prefaceC'), vector('prefaceS'));
    expect(last.open(down.subarray(0, 2), down.subarray(2))).toEqual(PLAINTEXTS.rec_CONNECTED);
  });

  test('the key log: AUTH_SUCCESS, then a line a direction and epoch; the same at the client', () => {
    const lines: string[] = [];
    const { store, handle } = offered((line) => lines.push(line));
    store.sealAuthSuccess(handle, HEADER(), body, chance(NONCE()));
    const opener = store.serverOpener(handle, vector('prefaceC'));
    store.spend(handle);
    store.serverSealer(handle, vector('prefaceC'), vector('prefaceS'));
    expect(opener.seq).toBe(0);
    const hex = (name: Parameters<typeof vector>[0]): string => vector(name).toString('hex');
    const expected = [
      `SBC1 ${hex('tag')} auth ${HEADER().toString('hex', 8)} ${hex('K_succ')}`,
      `SBC1 ${hex('tag')} c2s 0 ${hex('key_c2s_0')} ${hex('iv_c2s_0')}`,
      `SBC1 ${hex('tag')} s2c 0 ${hex('key_s2c_0')} ${hex('iv_s2c_0')}`,
    ];
    expect(lines).toEqual(expected);

    const own: string[] = [];
    const client = bound((line) => own.push(line));
    const wrong = BOX().fill(0, 0, 1);
    expect(client.store.openAuthSuccess(client.handle, HEADER(), NONCE(), wrong)).toBeUndefined();
    expect(own).toEqual([]);
    client.store.openAuthSuccess(client.handle, HEADER(), NONCE(), BOX());
    client.store.keepCookie(client.handle, COOKIE());
    client.store.openAuthSuccess(client.handle, HEADER(), NONCE(), BOX());
    client.store.clientSealer(client.handle, vector('prefaceC'));
    client.store.clientOpener(client.handle, vector('prefaceC'), vector('prefaceS'));
    expect(own).toEqual(expected);
  });
});

describe('RES', () => {
  test('only the right one, bit by bit and at every length', () => {
    const { store, handle } = bound();
    for (let bit = 0; bit < 256; bit++) {
      const wrong = vector('RES');
      wrong[bit >> 3]! ^= 1 << (bit & 7);
      expect(store.verify(handle, wrong)).toBe(false);
    }
    for (let length = 0; length < 32; length++)
      expect(store.verify(handle, vector('RES').subarray(0, length))).toBe(false);
    expect(store.verify(handle, Buffer.concat([vector('RES'), Buffer.alloc(1)]))).toBe(false);
    expect(store.verify(handle, vector('RES'))).toBe(true);
  });

  test('of another rand or another key: wrong (a recorded log-on, replayed)', () => {
    fc.assert(
      fc.property(bytes32, bytes32, bytes32, bytes32, (key, otherKey, rand, otherRand) => {
        fc.pre(Buffer.compare(key, otherKey) !== 0 && Buffer.compare(rand, otherRand) !== 0);
        const store = storeWith(Buffer.from(key));
        const recorded = store.res(store.derive(ID, rand));
        expect(store.verify(store.derive(ID, rand), recorded)).toBe(true);
        expect(store.verify(store.derive(ID, otherRand), recorded)).toBe(false);
        store.setSubscriber(ID, otherKey);
        expect(store.verify(store.derive(ID, rand), recorded)).toBe(false);
      }),
    );
  });

  test('nothing is right any more once spent, not even zeros', () => {
    const { store, handle } = offered();
    store.spend(handle);
    store.spend(handle);
    expect(store.verify(handle, vector('RES'))).toBe(false);
    expect(store.verify(handle, Buffer.alloc(32))).toBe(false);
  });
});

describe('AUTH_SUCCESS', () => {
  const opens = (datagram: Buffer, { store, handle } = bound()): Buffer | undefined =>
    store.openAuthSuccess(handle, datagram.subarray(0, 24), datagram.subarray(24, 36), datagram.subarray(36));

  test('one bit changed, at each of the 672 positions: does not open, and the genuine one still does', () => {
    const client = bound();
    for (let bit = 0; bit < 672; bit++) {
      const changed = vector('AUTH_SUCCESS');
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(opens(changed, client)).toBeUndefined();
    }
    expect(opens(vector('AUTH_SUCCESS'), client)).toEqual(body(COOKIE()));
  });

  test('cut anywhere, the tag and the nonce too: does not open', () => {
    const client = bound();
    for (let end = 0; end < 84; end++) expect(opens(vector('AUTH_SUCCESS').subarray(0, end), client)).toBeUndefined();
    for (const nonce of [Buffer.alloc(0), NONCE().subarray(1), run(0x50, 0x5f)]) {
      expect(client.store.openAuthSuccess(client.handle, HEADER(), nonce, BOX())).toBeUndefined();
    }
  });

  test('of another HELLO, another CHALLENGE or another key: does not open', () => {
    const altered = (name: 'HELLO' | 'CHALLENGE'): Buffer => {
      const datagram = vector(name);
      datagram[25]! ^= 1;
      return datagram;
    };
    const bind = (store: KeyStore, hello: Buffer, challenge: Buffer): { store: KeyStore; handle: number } => {
      const handle = store.derive(ID, vector('rand'));
      store.bindTranscript(handle, hello, challenge);
      return { store, handle };
    };
    const [hello, challenge] = [vector('HELLO'), vector('CHALLENGE')];
    expect(opens(vector('AUTH_SUCCESS'), bind(storeWith(), hello, challenge))).toBeDefined();
    expect(opens(vector('AUTH_SUCCESS'), bind(storeWith(), altered('HELLO'), challenge))).toBeUndefined();
    expect(opens(vector('AUTH_SUCCESS'), bind(storeWith(), hello, altered('CHALLENGE')))).toBeUndefined();
    expect(opens(vector('AUTH_SUCCESS'), bind(storeWith(vector('RES')), hello, challenge))).toBeUndefined();
  });

  test('a copy that comes late never throws: it opens while the cookie is kept, then no more', () => {
    const client = bound();
    const before = client.store.derive(ID, vector('rand'));
    expect(opens(vector('AUTH_SUCCESS'), { store: client.store, handle: before })).toBeUndefined();
    client.store.keepCookie(client.handle, COOKIE());
    expect(opens(vector('AUTH_SUCCESS'), client)).toBeDefined();
    client.store.spend(client.handle);
    expect(opens(vector('AUTH_SUCCESS'), client)).toBeUndefined();
    client.store.clientOpener(client.handle, vector('prefaceC'), vector('prefaceS'));
    expect(opens(vector('AUTH_SUCCESS'), client)).toBeUndefined();
  });
});

describe('rand_cookie', () => {
  test('only the right one, once it was made and until it is spent', () => {
    const { store, handle } = bound();
    expect(store.checkCookie(handle, Buffer.alloc(16))).toBe(false);
    store.makeCookie(handle, chance(COOKIE()));
    for (let bit = 0; bit < 128; bit++) {
      const wrong = COOKIE();
      wrong[bit >> 3]! ^= 1 << (bit & 7);
      expect(store.checkCookie(handle, wrong)).toBe(false);
    }
    for (const wrong of [Buffer.alloc(0), COOKIE().subarray(1), run(0x60, 0x70)]) {
      expect(store.checkCookie(handle, wrong)).toBe(false);
    }
    expect(store.checkCookie(handle, COOKIE())).toBe(true);
    store.spend(handle);
    expect(store.checkCookie(handle, COOKIE())).toBe(false);
    expect(store.checkCookie(handle, Buffer.alloc(16))).toBe(false);
  });

  test('leaves the store in the plaintext only, which is zero-filled with what it was made of', () => {
    const drawn = COOKIE();
    const { store, handle } = bound();
    store.makeCookie(handle, chance(drawn));
    const seen: Buffer[] = [drawn];
    const noted = (bytes: Buffer): Buffer => (seen.push(bytes), bytes);
    store.sealAuthSuccess(handle, HEADER(), (cookie) => noted(body(noted(cookie))), chance(NONCE()));
    // The cookie itself as plaintext: the store must not lose its own when it wipes that.
    store.sealAuthSuccess(handle, HEADER(), noted, chance(NONCE()));
    expect(seen.map((bytes) => bytes.length)).toEqual([16, 16, 32, 16]);
    for (const bytes of seen) expect(bytes).toEqual(Buffer.alloc(bytes.length));
    expect(store.checkCookie(handle, COOKIE())).toBe(true);
  });
});

describe('two log-ons with the same rand', () => {
  test('other salts, other keys: nothing is sealed under the same key and nonce, and neither opens the other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uint8Array({ minLength: 16, maxLength: 16 }), {
          minLength: 2,
          maxLength: 6,
          selector: String,
        }),
        (salts) => {
          const lines: string[] = [];
          const records = salts.map((salt) => {
            const { store, handle } = bound((line) => lines.push(line));
            const preface = Buffer.concat([vector('prefaceC').subarray(0, 24), salt]);
            return store.clientSealer(handle, preface).seal(PLAINTEXTS.KEEPALIVE);
          });
          expect(new Set(lines.map((line) => line.split(' ')[4])).size).toBe(salts.length);
          expect(new Set(records.map(String)).size).toBe(salts.length);
          const server = offered();
          const preface = Buffer.concat([vector('prefaceC').subarray(0, 24), salts[0]!]);
          const opener = server.store.serverOpener(server.handle, preface);
          for (const other of records.slice(1))
            expect(opener.open(other.subarray(0, 2), other.subarray(2))).toBeUndefined();
          expect(opener.open(records[0]!.subarray(0, 2), records[0]!.subarray(2))).toEqual(PLAINTEXTS.KEEPALIVE);
        },
      ),
      { numRuns: 25 },
    );
  });
});
