/** Key stores with one handle, at the stages of a log-on with the values of the vectors. */
import { KeyStore } from '../../transport/security/keystore';
import { chance, COOKIE, vector } from './vectors';

export const ID = 'Client-ID-A';
export const HEADER = (): Buffer => vector('AUTH_SUCCESS').subarray(0, 24);
export const BOX = (): Buffer => vector('AUTH_SUCCESS').subarray(36);
/** rand_cookie, port 54321, filling. */
export const body = (cookie: Buffer): Buffer => Buffer.concat([cookie, Buffer.from([0xd4, 0x31]), Buffer.alloc(14)]);

export function storeWith(key = vector('K_A'), keyLog?: (line: string) => void): KeyStore {
  const store = new KeyStore(keyLog && { keyLog });
  store.setSubscriber(ID, key);
  return store;
}
/** A store with one handle that is bound to the transcript of the vectors. */
export function bound(keyLog?: (line: string) => void): { store: KeyStore; handle: number } {
  const store = storeWith(vector('K_A'), keyLog);
  const handle = store.derive(ID, vector('rand'));
  store.bindTranscript(handle, vector('HELLO'), vector('CHALLENGE'));
  return { store, handle };
}
/** A server's, with the cookie of the vectors. */
export function offered(keyLog?: (line: string) => void): { store: KeyStore; handle: number } {
  const server = bound(keyLog);
  server.store.makeCookie(server.handle, chance(COOKIE()));
  return server;
}
