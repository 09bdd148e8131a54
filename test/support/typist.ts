/**
 * Whoever sits before a client in virtual time: a person at a terminal, or a program at a pipe or with a script. Keys and lines in,
 * what is shown out. Must never be here: the other clients.
 */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { PipeLines } from '../../bin/terminal/pipe';
import { Runner } from '../../bin/terminal/runner';
import { Terminal, type TerminalOptions } from '../../bin/terminal/terminal';
import { PlainWriter } from '../../bin/terminal/writers';
import { ChatClient } from '../../transport/client';
import { KeyStore } from '../../transport/security/keystore';
import type { MemoryHost } from './memory-network';
import { SERVER, type World } from './world';

const STYLE = { timestamps: false, historyJson: false, wall: () => 0 };

/** A client of `parley/client` on a machine of its own. */
export function clientIn(world: World, id: string): { readonly client: ChatClient; readonly host: MemoryHost } {
  const host = world.newHost(`client of ${id}`);
  const keys = new KeyStore({ keyLog: world.watch.keyLog });
  const parts = { clock: host.loop, network: host, random: world.random.fork(), keys };
  const key = world.keyOf(id);
  // The other limits of a world are its server's.
  const { T_ACTIVITY_MS } = world.limits;
  return { client: new ChatClient({ id, server: SERVER, key, limits: { T_ACTIVITY_MS }, parts }), host };
}

interface Input extends EventEmitter {
  resume(): void;
  pause(): void;
}

/** What a terminal, or a pipe, is to the program that reads it. */
function fakeInput(): Input {
  const chores = {
    setEncoding: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    destroy: () => undefined,
  };
  return Object.assign(new EventEmitter(), chores, { isTTY: true, setRawMode: () => undefined });
}

const PASTE = ['\u001b[200~', '\u001b[201~'] as const;

/** A person at a terminal, who types keys and reads lines. */
export class Typist {
  readonly terminal: Terminal;
  /** Exit code, once the terminal has been left. */
  code: number | undefined;
  /** Everything written to the screen. */
  raw = '';
  private readonly input = fakeInput();

  constructor(
    readonly client: ChatClient,
    host: MemoryHost,
    changed: Partial<TerminalOptions> = {},
  ) {
    const output = Object.assign(new PassThrough(), { columns: 400, rows: 50, hasColors: () => false });
    output.write = (text: string) => {
      this.raw += text;
      return true;
    };
    this.terminal = new Terminal({
      client,
      input: this.input as unknown as NodeJS.ReadStream,
      output: output as unknown as NodeJS.WriteStream,
      style: STYLE,
      clock: host.loop,
      contacts: [],
      bell: true,
      confirming: 'on',
      left: (code) => (this.code = code),
      ...changed,
    });
  }

  press(keys: string): void {
    this.input.emit('data', Buffer.from(keys));
  }
  /** A line and Enter. */
  enter(line: string): void {
    this.press(`${line}\r`);
  }
  /** As a terminal that marks what is pasted. */
  paste(text: string): void {
    this.press(`${PASTE[0]}${text}${PASTE[1]}`);
  }

  /** The lines written above the line being typed, those that were entered with their prompts. */
  get lines(): string[] {
    // eslint-disable-next-line no-control-regex -- that is how a screen is written
    const rows = this.raw.replaceAll(/\u001b\[[?0-9;]*[A-Za-z]/g, '').split('\r\n');
    return rows.map((row) => row.split('\r').at(-1) ?? '').slice(0, -1);
  }
}

/** A program that writes to a pipe, or a script that comes piece by piece. */
export class Piper {
  readonly runner: Runner;
  readonly lines: string[] = [];
  /** Standard error. */
  readonly complaints: string[] = [];
  code: number | undefined;
  unsent: boolean | undefined;
  private readonly input = fakeInput();

  constructor(
    readonly client: ChatClient,
    { loop }: MemoryHost,
    script?: string,
  ) {
    const complain = (line: string): void => void this.complaints.push(line);
    this.runner = new Runner({
      client,
      lines: new PipeLines(this.input as unknown as NodeJS.ReadStream),
      writer: new PlainWriter({ write: (lines) => void this.lines.push(...lines), complain }, STYLE),
      clock: loop,
      script,
      confirming: 'on',
      complain,
      left: (code, unsent) => {
        this.code = code;
        this.unsent = unsent;
      },
    });
  }

  write(text: string): void {
    this.input.emit('data', text);
  }
  end(): void {
    this.input.emit('end');
  }
}
