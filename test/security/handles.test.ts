/**
 * The key store: what throws because it is our own bug, and that everything is wiped when it is no longer needed (protocol
 * 2.7, 2.10; I-20; fault 56).
 */
import { inspect } from 'node:util';
import type { KeyStore } from '../../transport/security/keystore';
import { RecordOpener } from '../../transport/security/records';
import { systemRandom } from '../../transport/security/random';
import { Secret } from '../../transport/security/secret';
import { body, bound, BOX, HEADER, ID, offered, storeWith } from './stores';
import { extract } from '../../transport/security/schedule';
import { COOKIE, NONCE, PLAINTEXTS, vector } from './vectors';

/** What everything after the challenge follows from. */
const ROOT = extract(vector('CK_A'));

describe('handles', () => {
  test('are never used twice, and counted while they live', () => {
    const store = storeWith();
    const [a, b] = [store.derive(ID, vector('rand')), store.derive(ID, vector('rand'))];
    expect(store.size).toBe(2);
    store.forget(a);
    expect(store.size).toBe(1);
    expect(new Set([a, b, store.derive(ID, vector('rand'))]).size).toBe(3);
  });

  const preface = vector('prefaceC');
  const answer = vector('prefaceS');
  const OPERATIONS: readonly (readonly [string, (store: KeyStore, handle: number) => unknown])[] = [
    ['bindTranscript', (s, h) => s.bindTranscript(h, vector('HELLO'), vector('CHALLENGE'))],
    ['res', (s, h) => s.res(h)],
    ['tag', (s, h) => s.tag(h)],
    ['makeCookie', (s, h) => s.makeCookie(h, systemRandom)],
    ['keepCookie', (s, h) => s.keepCookie(h, COOKIE())],
    ['sealAuthSuccess', (s, h) => s.sealAuthSuccess(h, HEADER(), body, systemRandom)],
    ['cookie', (s, h) => s.cookie(h)],
    ['serverOpener', (s, h) => s.serverOpener(h, preface)],
    ['serverSealer', (s, h) => s.serverSealer(h, preface, answer)],
    ['clientSealer', (s, h) => s.clientSealer(h, preface)],
    ['clientOpener', (s, h) => s.clientOpener(h, preface, answer)],
    ['verify', (s, h) => s.verify(h, vector('RES'))],
    ['openAuthSuccess', (s, h) => s.openAuthSuccess(h, HEADER(), NONCE(), BOX())],
    ['checkCookie', (s, h) => s.checkCookie(h, COOKIE())],
    ['spend', (s, h) => s.spend(h)],
    ['forget', (s, h) => s.forget(h)],
  ];

  test.each(OPERATIONS)('%s of a handle that was forgotten, or never there, throws', (_, operation) => {
    const { store, handle } = offered();
    store.forget(handle);
    for (const unknown of [handle, 0, 99]) expect(() => operation(store, unknown)).toThrow(`unknown handle ${unknown}`);
  });

  /** What may be asked for in each phase; everything else throws. The last five of the list are answers to a peer, and never throw. */
  const EVER = ['verify', 'openAuthSuccess', 'checkCookie', 'spend', 'forget'];
  const PHASES: readonly (readonly [string, (store: KeyStore, handle: number) => unknown, readonly string[]])[] = [
    ['derived', () => undefined, ['bindTranscript', 'res']],
    [
      'bound',
      (s, h) => s.bindTranscript(h, vector('HELLO'), vector('CHALLENGE')),
      ['res', 'tag', 'makeCookie', 'keepCookie', 'serverOpener', 'clientSealer', 'clientOpener'],
    ],
    [
      'offered',
      (s, h) => s.makeCookie(h, systemRandom),
      ['res', 'tag', 'sealAuthSuccess', 'cookie', 'serverOpener', 'clientSealer', 'clientOpener'],
    ],
    ['spent', (s, h) => s.spend(h), ['tag', 'serverSealer', 'clientSealer', 'clientOpener']],
    ['keyed', (s, h) => s.serverSealer(h, preface, answer), []],
  ];
  test.each(PHASES.map(([phase, , may], i) => [phase, may, PHASES.slice(0, i + 1).map(([, enter]) => enter)] as const))(
    'in phase %s',
    (phase, may, steps) => {
      for (const [name, operation] of OPERATIONS) {
        const store = storeWith();
        const handle = store.derive(ID, vector('rand'));
        for (const step of steps) step(store, handle);
        if (may.includes(name) || EVER.includes(name)) operation(store, handle);
        else expect(() => operation(store, handle)).toThrow(`${name} of a handle that is ${phase}`);
      }
    },
  );

  test('a client seals for one connection only, even after its sealer was wiped', () => {
    const { store, handle } = bound();
    store.clientSealer(handle, preface).wipe();
    expect(() => store.clientSealer(handle, preface)).toThrow('that has one');
  });

  test('no error says a secret', () => {
    const { store, handle } = offered();
    store.forget(handle);
    for (const [, operation] of OPERATIONS) {
      const shown = inspect(
        thrownBy(() => operation(store, handle)),
        { showHidden: true, depth: null },
      );
      for (const secret of [vector('K_A'), vector('CK_A'), ROOT, vector('RES'), COOKIE()]) {
        expect(shown).not.toContain(secret.toString('hex'));
      }
    }
  });
});

describe('wiping', () => {
  /** Every memory that secrets are put into from now on. */
  function memories(): Buffer[] {
    const made: Buffer[] = [];
    jest.spyOn(Secret, 'ofLength').mockImplementation((length) => {
      const memory = Buffer.from(new ArrayBuffer(length));
      made.push(memory);
      return new Secret(memory);
    });
    return made;
  }
  afterEach(() => jest.restoreAllMocks());
  const holds = (made: readonly Buffer[], value: Buffer): boolean => made.some((memory) => memory.includes(value));
  const zero = (made: readonly Buffer[]): boolean => made.every((memory) => memory.equals(Buffer.alloc(memory.length)));

  test('the server: each value goes when it is no longer needed, and all of it with the handle', () => {
    const made = memories();
    const { store, handle } = offered();
    for (const value of [vector('K_A'), vector('RES'), ROOT, COOKIE()]) expect(holds(made, value)).toBe(true);
    // Not needed any more once its root is there.
    expect(holds(made, vector('CK_A'))).toBe(false);
    const opener = store.serverOpener(handle, vector('prefaceC'));
    store.spend(handle);
    expect([vector('RES'), COOKIE()].map((value) => holds(made, value))).toEqual([false, false]);
    expect(holds(made, ROOT)).toBe(true);
    const sealer = store.serverSealer(handle, vector('prefaceC'), vector('prefaceS'));
    expect(holds(made, ROOT)).toBe(false);
    expect(holds(made, vector('key_c2s_0')) && holds(made, vector('key_s2c_0'))).toBe(true);
    store.forget(handle);
    expect(zero(made.slice(1))).toBe(true);
    expect(() => sealer.seal(PLAINTEXTS.KEEPALIVE)).toThrow('wiped');
    expect(() => opener.open(Buffer.alloc(2), Buffer.alloc(80))).toThrow('wiped');
    store.removeSubscriber(ID);
    expect(zero(made)).toBe(true);
  });

  test('the client: likewise', () => {
    const made = memories();
    const { store, handle } = bound();
    store.keepCookie(handle, COOKIE());
    store.clientSealer(handle, vector('prefaceC'));
    store.clientOpener(handle, vector('prefaceC'), vector('prefaceS'));
    for (const value of [vector('RES'), vector('CK_A'), ROOT, COOKIE()]) expect(holds(made, value)).toBe(false);
    store.forget(handle);
    store.setSubscriber(ID, vector('RES'));
    expect(zero(made.slice(0, -1))).toBe(true);
  });

  test.each([
    ['bound', bound],
    ['offered', offered],
  ])('a log-on that ends when it is %s leaves nothing', (_, make) => {
    const made = memories();
    const { store, handle } = make();
    expect(zero(made.slice(1))).toBe(false);
    store.forget(handle);
    expect(zero(made.slice(1))).toBe(true);
  });

  test('openers of sockets that are gone are not kept; one that is still there is wiped with the handle', () => {
    const { store, handle } = offered();
    const openers = Array.from({ length: 5 }, () => store.serverOpener(handle, vector('prefaceC')));
    openers.slice(0, 4).forEach((opener) => opener.wipe());
    const another = store.serverOpener(handle, vector('prefaceC'));
    const wipe = jest.spyOn(RecordOpener.prototype, 'wipe');
    store.forget(handle);
    expect(wipe.mock.contexts).toEqual([openers[4], another]);
    expect([...openers, another].every(({ wiped }) => wiped)).toBe(true);
  });
});

function thrownBy(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
