/** What a target of the fuzzers is. Must never be here: a decoder. */
import type fc from 'fast-check';

/** Neither a message nor a fault: a finding. */
export class Finding extends Error {}

export interface Target {
  readonly name: string;
  /** Valid inputs, spoilt more or less. */
  readonly inputs: fc.Arbitrary<Buffer>;
  /**
   * Gives an input to the decoder, and what it accepts back to the encoder.
   * @returns `accepted`, or why it was refused @throws Finding, or whatever the decoder throws, which is one too
   */
  run(bytes: Buffer): string;
}

export const ACCEPTED = 'accepted';

export function expectSame(what: string, encoded: Uint8Array, bytes: Buffer): void {
  if (!bytes.equals(encoded)) {
    throw new Finding(`${what}: ${bytes.toString('hex')} is encoded as ${Buffer.from(encoded).toString('hex')}`);
  }
}
