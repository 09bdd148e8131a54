/**
 * The lines of a key log (protocol 1.9): finished AES keys in the clear, for a dissector. They are written only where the user
 * asked for a key log; nothing else may turn a key into text.
 */

/** An attempt-ID. */
export const ATTEMPT_BYTES = 16;

/** c2s: sealed by the client, s2c: sealed by the server. */
export type Direction = 'c2s' | 's2c';

/** @returns `SBC1 <tag> <c2s|s2c> <epoch> <key> <iv>`, bytes in hexadecimal, without a line end */
export function keyLogLine(tag: Buffer, direction: Direction, epoch: number, key: Buffer, iv: Buffer): string {
  return `SBC1 ${tag.toString('hex')} ${direction} ${epoch} ${key.toString('hex')} ${iv.toString('hex')}`;
}

/**
 * The key of AUTH_SUCCESS; it also tells which attempt a connection belongs to, which nothing in clear does.
 * @param attempt the attempt-ID, 16 bytes
 * @returns `SBC1 <tag> auth <attempt-ID> <key>`, bytes in hexadecimal, without a line end
 */
export function authKeyLine(tag: Buffer, attempt: Uint8Array, key: Buffer): string {
  return `SBC1 ${tag.toString('hex')} auth ${Buffer.from(attempt).toString('hex')} ${key.toString('hex')}`;
}
