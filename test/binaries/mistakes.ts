/** What is prepared for a mistake and what it must cost: one clear line, a non-zero exit code, nothing on standard output. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';

export type Prepare = (stage: Stage) => void | Promise<void>;
export const nothing: Prepare = () => undefined;
export const file =
  (name: string, content: string | Buffer, mode = 0o600): Prepare =>
  ({ folder }) => {
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), mode);
  };

/** SHA-256 of some words: random enough to be taken. */
export const KEY = 'aae24849842d7082b66f57ce8270bd04da2c39ffb97df22803c270983032c4e5';
/** A key file that a client takes. */
export const key = file('alice.key', `${KEY}\n`);

/** Standard input stays open: a command that fails must not wait for its end. */
export async function expectRefused(actor: Actor, code: number, sentence: RegExp): Promise<void> {
  expect(await actor.exit).toBe(code);
  expect(actor.errors).toEqual([expect.stringMatching(sentence)]);
  expect(actor.lines).toEqual([]);
}
