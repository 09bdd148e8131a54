/** The part of the contract of a store that is about subscribers (protocol 1.3, 2.3). */
import { readBack, refusal, said, subscriber, type Harness } from './support';

/** Declares the tests; `given` is the store of the test that runs. */
export function testSubscribers(given: () => Harness): void {
  describe('subscribers', () => {
    test('come back as they were added, in the order of the alphabet, and outlast a restart', () => {
      const { store, reopen } = given();
      const [bob, alice, Carol] = [subscriber('bob', 1), subscriber('alice', 2, true), subscriber('Carol', 3)];
      for (const one of [bob, alice, Carol]) store.subscribers.add(one);
      expect(store.subscribers.all()).toEqual([alice, bob, Carol]);
      expect(reopen().subscribers.all()).toEqual([alice, bob, Carol]);
    });

    test('keys are copies on the way in and on the way out', () => {
      const { store } = given();
      const alice = subscriber('alice', 1);
      store.subscribers.add(alice);
      Buffer.from(alice.key.buffer, alice.key.byteOffset, 32).fill(9);
      const [first] = store.subscribers.all();
      expect(Buffer.isBuffer(first?.key)).toBe(true);
      expect(first?.key).toEqual(Buffer.alloc(32, 1));
      Buffer.from(first?.key.buffer as ArrayBuffer, first?.key.byteOffset, 32).fill(9);
      expect(store.subscribers.all()[0]?.key).toEqual(Buffer.alloc(32, 1));
    });

    test.each([
      ['the same ID', subscriber('alice', 2), /alice is a subscriber already/],
      [
        'an ID that differs in case only',
        subscriber('ALICE', 2),
        /ALICE differs only in case from the subscriber alice/,
      ],
      ['the same key', subscriber('bob', 1), /same key.*bob/],
    ])('%s is refused, in a sentence', (_, second, sentence) => {
      const { store } = given();
      store.subscribers.add(subscriber('alice', 1));
      const { kind, message } = refusal(() => store.subscribers.add(second));
      expect(kind).toBe('exists');
      expect(message).toMatch(sentence);
      expect(message).not.toContain('01010101');
      expect(store.subscribers.all()).toEqual([subscriber('alice', 1)]);
    });

    test('the version is the same while nobody changes anything', () => {
      const { store } = given();
      store.subscribers.add(subscriber('alice', 1));
      const version = store.subscribers.version();
      store.subscribers.list();
      store.append([said('hello')]);
      expect(store.subscribers.version()).toBe(version);
    });

    test('replace puts a new key in the place of the old one, or adds', () => {
      const { store } = given();
      store.subscribers.replace(subscriber('alice', 1));
      store.subscribers.replace(subscriber('alice', 2, true));
      store.subscribers.replace(subscriber('alice', 2));
      expect(store.subscribers.all()).toEqual([subscriber('alice', 2)]);
    });

    test.each([
      ['an ID that differs in case only', subscriber('BOB', 3)],
      ['the key of another', subscriber('alice', 2)],
    ])('replace refuses %s and changes nothing', (_, wrong) => {
      const { store } = given();
      const both = [subscriber('alice', 1), subscriber('bob', 2)];
      for (const one of both) store.subscribers.add(one);
      expect(refusal(() => store.subscribers.replace(wrong)).kind).toBe('exists');
      expect(store.subscribers.all()).toEqual(both);
    });

    test('a Client-ID given again does not bring the texts of the one who had it before; the others keep theirs', () => {
      const { store, reopen } = given();
      store.subscribers.add(subscriber('alice', 1));
      const before = [said('to bob'), said('to alice', { sender: 'bob', recipient: 'alice' })];
      store.append([...before, said('to carol', { recipient: 'carol' })]);
      // Another key for the same person.
      expect(store.subscribers.replace(subscriber('alice', 2))).toBe(0);
      expect(store.count('alice', 'bob')).toBe(2);
      store.subscribers.remove('alice');
      expect(store.subscribers.add(subscriber('alice', 3))).toBe(3);
      expect([store.count('alice', 'bob'), store.count('alice', 'carol')]).toEqual([0, 0]);
      expect(store.page('alice', 'bob', 0, 10)).toEqual([]);
      const after = said('from the new alice');
      store.append([after]);
      for (const look of [() => store, reopen]) {
        const now = look();
        expect(now.page('alice', 'bob', 0, 10)).toEqual(readBack([after]));
        expect(now.page('alice', 'bob', 1, 10)).toEqual([]);
        expect(now.page('bob', 'alice', 0, 10)).toEqual(readBack([...before, after]));
        expect(now.page('carol', 'alice', 0, 10).map(({ text }) => text)).toEqual(['to carol']);
        expect([now.count('alice', 'bob'), now.count('bob', 'alice')]).toEqual([1, 3]);
      }
    });

    test('remove says whether there was one, and leaves ID and key free', () => {
      const { store } = given();
      store.subscribers.add(subscriber('alice', 1));
      expect(store.subscribers.remove('ALICE')).toBe(false);
      expect(store.subscribers.remove('bob')).toBe(false);
      expect(store.subscribers.remove('alice')).toBe(true);
      expect(store.subscribers.remove('alice')).toBe(false);
      store.subscribers.add(subscriber('Alice', 1));
      expect(store.subscribers.all()).toEqual([subscriber('Alice', 1)]);
    });
  });
}
