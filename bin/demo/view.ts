/**
 * What the demo writes of a scenario, step by step: what was typed, what it caused on the wire, and what was read then. The lines
 * come from several processes and overtake each other on the way here, so a step is written when nothing more comes of it. Must
 * never be here: a process.
 */
import { stripVTControlCharacters } from 'node:util';
import { cellsOf } from '../../diagrams/report/screen/widths';
import { connectionBetween, groupsOf, timesOf } from '../../diagrams/trace/fold';
import type { Happening } from './stage';
import { fitted, wireLine, type WireLine } from './wire';

export interface ViewOptions {
  /** Every message with its fields. */
  readonly verbose: boolean;
  /** Every KEEPALIVE, not their number. */
  readonly keepalives: boolean;
  readonly columns: number;
  readonly paint: (colour: 'bold' | 'dim' | 'red' | 'cyan', text: string) => string;
  readonly say: (line: string) => void;
}

/** So long nothing has come: the step is over. Only what is written where depends on it, never whether a scenario passes. */
const REST_MS = 100;
const NAME_WIDTH = 5;
/** Where the messages begin beside what users type and read. */
const WIRE_COLUMN = 40;
/** Columns of each message's direction are left out from so many on. */
const CROWD = 9;

interface Said {
  readonly who: string;
  readonly mark: '>' | '|';
  readonly text: string;
}
interface Step {
  readonly typed: Said[];
  readonly wire: WireLine[];
  readonly read: Said[];
}
const empty = (): Step => ({ typed: [], wire: [], read: [] });
const LEAVES = '(end of input: leaves)';

export class View {
  private step = empty();
  private timer: NodeJS.Timeout | undefined;
  private readonly waiting: (() => void)[] = [];
  private messages = 0;
  private readonly users = new Set<string>();

  constructor(private readonly o: ViewOptions) {}

  /** What came of it, in a few words. */
  get sum(): string {
    return `${String(this.users.size)} users, ${String(this.messages)} messages`;
  }

  happened({ who, kind, line }: Happening): void {
    if (who === 'parley-keys') return;
    if (kind === 'error') return this.complain(who, line);
    if (who === 'server') return this.sent(line);
    this.users.add(who);
    if (kind === 'shown') this.step.read.push({ who, mark: '|', text: line });
    else {
      if (this.step.read.length > 0 || this.step.wire.length > 0) this.write();
      this.step.typed.push({ who, mark: '>', text: kind === 'ended' ? LEAVES : line });
    }
    this.rest();
  }

  /** When everything that comes of what was typed is written. */
  async quiet(): Promise<void> {
    if (this.timer !== undefined) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Writes what there is. */
  write(): void {
    const { typed, wire, read } = this.step;
    this.step = empty();
    if (typed.length + wire.length + read.length === 0) return;
    const messages = this.folded(wire);
    for (const line of this.o.verbose ? this.full(typed, messages, read) : this.brief(typed, messages, read))
      this.o.say(line);
  }

  private complain(who: string, line: string): void {
    if (/ info |inspector: /.test(line)) return;
    this.write();
    this.o.say(`${this.o.paint('red', who.padStart(NAME_WIDTH))} ! ${line}`);
  }

  private sent(line: string): void {
    const wire = wireLine(line);
    if (!wire) return;
    this.step.wire.push(wire);
    if (wire.name !== 'preface') this.messages++;
    // Nobody waits for these, and while somebody talks there are many.
    if (wire.name !== 'KEEPALIVE' || this.o.keepalives) this.rest();
  }

  private rest(): void {
    clearTimeout(this.timer);
    // Who types waits for an answer; who has nothing more to type need not get one.
    const { typed, wire, read } = this.step;
    if (read.length === 0 && (wire.length === 0 || typed.some(({ text }) => text !== LEAVES))) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.write();
      for (const resolve of this.waiting.splice(0)) resolve();
    }, REST_MS);
  }

  private folded(wire: readonly WireLine[]): [WireLine, WireLine[]][] {
    const groups = groupsOf(wire, ({ from, to, name }) => ({
      connection: connectionBetween(from, to),
      kind: name,
      folds: name === 'KEEPALIVE' && !this.o.keepalives,
    }));
    return [...groups];
  }

  private full(typed: readonly Said[], wire: readonly [WireLine, WireLine[]][], read: readonly Said[]): string[] {
    const messages = wire.map(([head, group]) => {
      const times =
        group.length > 1 ? head.line.replace(/ #\d+ .*/, ` ${timesOf(head.name, group.length)}`) : head.line;
      return this.o.paint('dim', `    ${fitted(times, this.o.columns - 4)}`);
    });
    return [...typed.flatMap((one) => this.said(one)), ...messages, ...read.flatMap((one) => this.said(one))];
  }

  /** Users on the left, the wire on the right; who reads stands beside the last messages. */
  private brief(typed: readonly Said[], wire: readonly [WireLine, WireLine[]][], read: readonly Said[]): string[] {
    const messages = inRows(namesOf(wire), this.o.columns - WIRE_COLUMN);
    const left = together(typed, this.users.size).flatMap((one) => this.said(one));
    const answers = together(read, this.users.size).flatMap((one) => this.said(one));
    const before = Math.max(0, left.length - 1);
    const gap = messages.length - (left.length - before) - answers.length;
    left.push(...Array.from({ length: gap }, () => ''), ...answers);
    const rows: string[] = [];
    for (const [i, text] of left.entries()) {
      const width = cells(text);
      const beside = i >= before && width < WIRE_COLUMN ? messages.shift() : undefined;
      rows.push(beside === undefined ? text : this.beside(text, width, beside));
    }
    return [...rows, ...messages.map((one) => this.beside('', 0, one))];
  }

  private beside(left: string, width: number, right: string): string {
    return `${left}${' '.repeat(WIRE_COLUMN - width)}${this.o.paint('dim', right)}`;
  }

  /** A line of somebody's, with a hanging indent where it does not fit. */
  private said({ who, mark, text }: Said): string[] {
    const [first = '', ...more] = wrapped(text, this.o.columns - NAME_WIDTH - 3);
    const painted = (part: string): string => (mark === '>' ? this.o.paint('bold', part) : part);
    const name = this.o.paint('cyan', who.padStart(NAME_WIDTH));
    return [
      `${name} ${mark} ${painted(first)}`,
      ...more.map((part) => `${' '.repeat(NAME_WIDTH + 3)}${painted(part)}`),
    ];
  }
}

/** The same line of several users is one, where the last of them has it. */
function together(all: readonly Said[], users: number): Said[] {
  const two = users === 2;
  const same = new Map<string, Said[]>();
  for (const one of all) {
    const before = same.get(one.text) ?? [];
    same.delete(one.text);
    same.set(one.text, [...before, one]);
  }
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length < (two ? 2 : 3)) return group;
    const number = String(group.length);
    return [{ ...first, who: two ? 'both' : group.length === users ? `all ${number}` : `${number} users` }];
  });
}

/** `alice>S {CHAT}`; where many speak at once only the names. A preface is the head of the record after it. */
function namesOf(wire: readonly [WireLine, WireLine[]][]): string[] {
  const crowd = wire.length >= CROWD;
  const counted = new Map<string, number>();
  for (const [{ from, to, name, sealed }, group] of wire) {
    if (name === 'preface') continue;
    const ends = group.some((one) => one.from !== from) ? `${from}<>${to}` : `${from}>${to}`;
    const word = sealed ? `{${name}}` : name;
    const label = crowd ? word : `${ends} ${word}`;
    counted.set(label, (counted.get(label) ?? 0) + group.length);
  }
  return [...counted].map(([label, count]) => timesOf(label, count));
}

/** As many in a row as fit. */
function inRows(words: readonly string[], columns: number): string[] {
  const rows: string[] = [];
  for (const word of words) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}

function cells(text: string): number {
  const plain = stripVTControlCharacters(text);
  return Array.from(plain).reduce((sum, character) => sum + cellsOf(character.codePointAt(0) ?? 0), 0);
}

function wrapped(text: string, columns: number): string[] {
  const rows: string[] = [''];
  for (const part of text.split(/(?<= )/)) {
    for (const piece of cells(part) > columns ? Array.from(part) : [part]) {
      const last = rows.at(-1) ?? '';
      if (cells(last) + cells(piece.trimEnd()) <= columns) rows[rows.length - 1] = last + piece;
      else rows.push(piece);
    }
  }
  return rows;
}
