/** A random token that a link carries, and its comparison in constant time. */
import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../../machines/ports';

const TOKEN_BYTES = 16;

export class Token {
  /** 22 letters, digits, `-` and `_`: a link fits a line. */
  readonly text: string;

  constructor(random: Random) {
    this.text = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
  }

  matches(given: string): boolean {
    const [own, other] = [Buffer.from(this.text), Buffer.from(given)];
    return own.length === other.length && timingSafeEqual(own, other);
  }
}
