/** Where a client's K_A comes from: bytes, a file that was named, a file found by Client-ID. Must never be here: a key in an error. */
import { dirname, join } from 'node:path';
import { StoreError } from '../../machines/ports';
import { findKeyFile, readKeyFile } from '../../storage/keyfile';
import { keyWeakness, parseKey } from '../security/subscriber-key';
import { ClientError } from './events';

/**
 * @param given path of a key file, or the 32 bytes; absent: `./ID.key`, then `~/.config/parley/ID.key`
 * @returns a copy, which the caller wipes
 * @throws ClientError `key`: what is wrong with it and what to do
 */
export function loadKey(id: string, given?: string | Uint8Array): Buffer {
  if (given instanceof Uint8Array) return judged('the key', Buffer.from(given));
  try {
    const file = findKeyFile(id, given);
    const parsed = parseKey(readKeyFile(file));
    if (!parsed.ok) throw new ClientError('key', `${file}: ${parsed.why}`, '');
    return judged(file, parsed.key);
  } catch (error) {
    if (error instanceof StoreError) throw new ClientError('key', error.message, '');
    throw error;
  }
}

/** @returns where a user's block list is: beside the key file; undefined if the key is no file */
export function blockedFile(id: string, given?: string | Uint8Array): string | undefined {
  if (given instanceof Uint8Array) return undefined;
  return join(dirname(findKeyFile(id, given)), `${id}.blocked`);
}

function judged(where: string, key: Buffer): Buffer {
  const weakness = keyWeakness(key);
  if (weakness === undefined) return key;
  key.fill(0);
  throw new ClientError('key', `${where}: ${weakness}`, '');
}
