/** Which front a client gets: a person at a terminal, or a program at a pipe, with a script, reading JSON. */
import type { Clock } from '../../machines/ports';
import type { ChatClient } from '../../transport/client';
import { UserError } from '../failure';
import { OUTCOME } from './outcome';
import { PipeLines } from './pipe';
import { Runner } from './runner';
import { openScript } from './script';
import { Terminal, type TerminalOptions } from './terminal';
import { JsonWriter, PlainWriter, type Outputs } from './writers';

export interface FrontOptions {
  /** Path of a script; `-` is standard input. */
  readonly script?: string;
  /** Events as lines of JSON. */
  readonly json: boolean;
  /** Every line with the time. */
  readonly timestamps: boolean;
  /** Past texts as lines of JSON. */
  readonly historyJson: boolean;
  /** Client-IDs for Tab. */
  readonly contact: readonly string[];
  /** Whether the terminal rings when somebody calls. */
  readonly bell: boolean;
}
export interface Front {
  leave(): void;
}
export interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Whether a line can be edited there. */
function isScreen({ input, output }: Streams): boolean {
  return input.isTTY && output.isTTY && process.env['TERM'] !== 'dumb';
}

/** @returns the script's bytes, or standard input @throws UserError the script cannot be read or is wrong */
export function inputOf({ script }: FrontOptions, input: NodeJS.ReadStream): NodeJS.ReadStream {
  return script === undefined || script === '-' ? input : openScript(script);
}

/** @throws UserError options that exclude each other */
export function checkFront({ json }: FrontOptions, dump: string | undefined): void {
  if (json && dump === '-') throw new UserError('--json and --dump - both want standard output; dump into a file');
}

/** @param left called once, at the end, with the exit code */
export function openFront(
  client: ChatClient,
  o: FrontOptions &
    Streams &
    Pick<TerminalOptions, 'confirming'> & { readonly clock: Clock; readonly complain: Outputs['complain'] },
  left: (code: number) => void,
): Front {
  const { input, output, clock, complain, script, json, bell, confirming } = o;
  const style = { timestamps: o.timestamps, historyJson: o.historyJson, wall: () => clock.wall() };
  const front =
    script === undefined && !json && isScreen({ input, output })
      ? new Terminal({ client, input, output, style, clock, contacts: o.contact, bell, confirming, left })
      : runner();
  holdWhileFull(client, output);
  // Whoever reads us has gone: there is nobody to show anything to.
  output.on('error', () => front.leave());
  return front;

  function runner(): Runner {
    const write = (lines: readonly string[]): void => void output.write(lines.map((line) => `${line}\n`).join(''));
    const writer = json
      ? new JsonWriter({ write, complain }, () => clock.wall(), client)
      : new PlainWriter({ write, complain }, style);
    // A pipe ends with 0, since what happened stands in its lines; unless texts went nowhere, or may have: who wrote them must know.
    const end = (code: number, unsent: boolean): void =>
      left(script !== undefined || json ? code : unsent ? OUTCOME.refused : OUTCOME.ok);
    const name = script === '-' ? 'standard input' : script;
    const lines = new PipeLines(input);
    return new Runner({ client, lines, writer, clock, script: name, confirming, complain, left: end });
  }
}

/** Whoever reads us may be slower than the server: what is not read yet stays there (protocol P11). */
function holdWhileFull(client: ChatClient, output: NodeJS.WriteStream): void {
  let phase: 'flowing' | 'held' = 'flowing';
  client.on('settled', () => {
    if (phase === 'held' || !output.writableNeedDrain) return;
    phase = 'held';
    const release = client.hold();
    output.once('drain', () => {
      phase = 'flowing';
      release();
    });
  });
}
