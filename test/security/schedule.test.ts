/** Golden values of hashes and key schedule (protocol 2.2, 2.4; appendix B), and what must separate the keys. */
import fc from 'fast-check';
import { hkdfSync } from 'node:crypto';
import { a3, a8, datagramHash } from '../../transport/security/hashes';
import { systemRandom } from '../../transport/security/random';
import * as schedule from '../../transport/security/schedule';
import { vector } from './vectors';

test.each<[Parameters<typeof vector>[0], () => Buffer]>([
  ['RES', () => a3(vector('rand'), vector('K_A'))],
  ['CK_A', () => a8(vector('rand'), vector('K_A'))],
  ['TH', () => schedule.transcriptHash(vector('HELLO'), vector('CHALLENGE'))],
  ['K_succ', () => schedule.authSuccessKey(schedule.extract(vector('CK_A')), vector('TH'))],
  ['tag', () => schedule.lookupTag(schedule.extract(vector('CK_A')), vector('TH'))],
  ['S_c2s', () => schedule.clientToServerSecret(schedule.extract(vector('CK_A')), vector('TH'), vector('prefaceC'))],
  [
    'S_s2c',
    () =>
      schedule.serverToClientSecret(
        schedule.extract(vector('CK_A')),
        vector('TH'),
        vector('prefaceC'),
        vector('prefaceS'),
      ),
  ],
  ['key_c2s_0', () => schedule.epochKey(schedule.extract(vector('S_c2s')))],
  ['iv_c2s_0', () => schedule.epochIv(schedule.extract(vector('S_c2s')))],
  ['key_s2c_0', () => schedule.epochKey(schedule.extract(vector('S_s2c')))],
  ['iv_s2c_0', () => schedule.epochIv(schedule.extract(vector('S_s2c')))],
  ['S_c2s_1', () => schedule.nextSecret(schedule.extract(vector('S_c2s')))],
])('%s', (name, compute) => {
  expect(compute()).toEqual(vector(name));
});

test('the schedule is HKDF-SHA-256, as the library has it', () => {
  const bytes = (length: number): fc.Arbitrary<Buffer> =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Buffer.from(value));
  const hkdf = (secret: Buffer, label: string, context: readonly Buffer[], length: number): Buffer =>
    Buffer.from(
      hkdfSync('sha256', secret, 'SBC/1', Buffer.concat([Buffer.from(`${label}\0`, 'latin1'), ...context]), length),
    );
  fc.assert(
    fc.property(bytes(32), bytes(32), bytes(40), bytes(24), (secret, th, c, s) => {
      const extracted = schedule.extract(secret);
      expect(schedule.authSuccessKey(extracted, th)).toEqual(hkdf(secret, 'auth success', [th], 32));
      expect(schedule.lookupTag(extracted, th)).toEqual(hkdf(secret, 'lookup tag', [th], 16));
      expect(schedule.serverToClientSecret(extracted, th, c, s)).toEqual(
        hkdf(secret, 'server to client', [th, c, s], 32),
      );
      expect(schedule.epochIv(extracted)).toEqual(hkdf(secret, 'iv', [], 12));
    }),
  );
});

test('the two hashes of the assignment are not computable from each other by hashing once more', () => {
  const res = vector('RES');
  for (const hash of [a3, a8]) expect(hash(res, Buffer.alloc(0))).not.toEqual(vector('CK_A'));
});

test('a datagram is named by its content: SHA-256 of "abc" in base64', () => {
  expect(datagramHash(Buffer.from('abc'))).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
});

test('every bit of CK_A, TH and the prefaces changes the secrets it goes into', () => {
  const inputs = [vector('CK_A'), vector('TH'), vector('prefaceC'), vector('prefaceS')];
  const secrets = ([ck, th, c, s]: readonly Buffer[]): Buffer[] => {
    const root = schedule.extract(ck!);
    return [
      schedule.clientToServerSecret(root, th!, c!),
      schedule.serverToClientSecret(root, th!, c!, s!),
      schedule.authSuccessKey(root, th!),
      schedule.lookupTag(root, th!),
    ];
  };
  const before = secrets(inputs);
  const places = inputs.flatMap((bytes, input) =>
    Array.from({ length: bytes.length * 8 }, (_, bit) => ({ input, bit })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), ({ input, bit }) => {
      const changed = inputs.map((bytes) => Buffer.from(bytes));
      changed[input]![bit >> 3]! ^= 1 << (bit & 7);
      const after = secrets(changed);
      // The client's preface is in both streams, the server's in its own only.
      const concerned = [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1], [1]][input]!;
      after.forEach((value, i) => expect(value.equals(before[i]!)).toBe(!concerned.includes(i)));
    }),
    { numRuns: 300 },
  );
});

test('chance of the system: as many bytes as asked for, fresh each time; fractions in [0, 1)', () => {
  const seen = new Set(Array.from({ length: 100 }, () => Buffer.from(systemRandom.bytes(32)).toString('hex')));
  expect(seen.size).toBe(100);
  expect(systemRandom.bytes(16)).toHaveLength(16);
  for (let i = 0; i < 100; i++) {
    const fraction = systemRandom.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
  }
});
