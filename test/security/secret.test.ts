/** Secrets are lent, wiped, and never shown (protocol 2.10, rules 6 and 7; I-20). */
import { format, inspect } from 'node:util';
import { KeyStore } from '../../transport/security/keystore';
import { RecordOpener, RecordSealer } from '../../transport/security/records';
import { Secret, usedOnce } from '../../transport/security/secret';
import { vector } from './vectors';

describe('Secret', () => {
  test('lends its bytes, and returns what was made of them', () => {
    const secret = new Secret(Buffer.from('0102', 'hex'));
    expect(secret.use((bytes) => bytes.toString('hex'))).toBe('0102');
    expect(secret.wiped).toBe(false);
  });

  test('wiped: the bytes are zero, and using it throws', () => {
    const bytes = vector('K_A');
    const secret = new Secret(bytes);
    secret.wipe();
    secret.wipe();
    expect(bytes).toEqual(Buffer.alloc(32));
    expect(secret.wiped).toBe(true);
    expect(() => secret.use((b) => b.length)).toThrow('a wiped secret was used');
  });

  test('a copy is independent of its source, and small ones have memory of their own', () => {
    const source = vector('K_A');
    const secret = Secret.copyOf(source);
    source.fill(0);
    secret.use((bytes) => {
      expect(bytes).toEqual(vector('K_A'));
      expect(bytes.buffer.byteLength).toBe(32);
    });
  });

  test('bytes used once are zero-filled, after a throw too', () => {
    const [a, b] = [vector('K_A'), vector('K_A')];
    expect(usedOnce(a, (bytes) => bytes.length)).toBe(32);
    expect(() =>
      usedOnce(b, () => {
        throw new Error('whatever');
      }),
    ).toThrow('whatever');
    expect(Buffer.concat([a, b])).toEqual(Buffer.alloc(64));
  });
});

describe.each<[string, () => object]>([
  ['Secret', () => new Secret(vector('K_A'))],
  ['RecordSealer', () => new RecordSealer(vector('S_c2s'))],
  ['RecordOpener', () => new RecordOpener(vector('S_c2s'))],
  ['KeyStore', () => filledStore()],
])('%s shows nothing', (_, make) => {
  test.each<[string, (it: object) => string]>([
    ['inspect', (it) => inspect(it)],
    ['inspect of something around it', (it) => inspect({ around: [it] }, { depth: null })],
    ['JSON', (it) => JSON.stringify(it)],
    ['JSON of something around it', (it) => JSON.stringify({ around: [it] })],
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions, @typescript-eslint/no-base-to-string -- the very mistake
    ['a template string', (it) => `${it}`],
    ['format', (it) => format('%s %j', it, it)],
  ])('%s', (_way, show) => {
    expect(show(make())).toContain('[secret]');
    expectNoSecret(show(make()));
  });

  test.each<[string, (it: object) => string]>([
    [
      'inspect without its own way, with hidden properties',
      (it) => inspect(it, { customInspect: false, showHidden: true }),
    ],
    ['format %o', (it) => format('%o', it)],
    [
      'its properties',
      (it) => inspect(Object.getOwnPropertyNames(it).map((name) => [name, Reflect.get(it, name) as unknown])),
    ],
    ['a clone', (it) => inspect(structuredClone({ ...it, toString: undefined }), { depth: null })],
  ])('%s', (_way, show) => {
    expectNoSecret(show(make()));
  });
});

function filledStore(): KeyStore {
  const store = new KeyStore();
  store.setSubscriber('A', vector('K_A'));
  store.bindTranscript(store.derive('A', vector('rand')), vector('HELLO'), vector('CHALLENGE'));
  return store;
}

function expectNoSecret(shown: string): void {
  for (const name of ['K_A', 'CK_A', 'RES', 'S_c2s', 'key_c2s_0', 'iv_c2s_0'] as const) {
    const bytes = vector(name).subarray(0, 8);
    for (const text of [bytes.toString('hex'), bytes.toString('latin1'), bytes.toString('base64').slice(0, 10)]) {
      expect(shown).not.toContain(text);
    }
    // As inspect and JSON write buffers and arrays.
    expect(shown).not.toContain([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' '));
    expect(shown.replace(/\s/g, '')).not.toContain([...bytes].join(','));
  }
}
