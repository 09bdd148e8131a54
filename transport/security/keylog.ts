/**
 * The line of a key log (protocol 1.9): finished AES keys in the clear, for a dissector. It is written only where the user
 * asked for a key log; nothing else may turn a key into text.
 */

/** c2s: sealed by the client, s2c: sealed by the server. */
export type Direction = 'c2s' | 's2c';

/** @returns `SBC1 <tag> <c2s|s2c> <epoch> <key> <iv>`, bytes in hexadecimal, without a line end */
export function keyLogLine(tag: Buffer, direction: Direction, epoch: number, key: Buffer, iv: Buffer): string {
  return `SBC1 ${tag.toString('hex')} ${direction} ${epoch} ${key.toString('hex')} ${iv.toString('hex')}`;
}
