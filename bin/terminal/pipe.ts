/**
 * The lines of a pipe, kept until they are taken. A line ends with LF, or CR LF, and with nothing else: a text may hold U+2028,
 * where newer versions of readline break a line, and a CR in a text is a control character to be refused, not the end of a
 * line. Whoever writes faster than lines are taken has to wait. Must never be here: what a line does.
 */
import { EventEmitter } from 'node:events';

/** A line and its number; without `line`: it was longer than any line that means something, and is left out. */
export interface PipeLine {
  readonly n: number;
  readonly line: string | undefined;
}

/** Longest line that is kept, in UTF-16 units: far more than the longest text and the longest thing a script waits for. */
export const LINE_MAX = 65_536;
/** With so many lines waiting, or so many UTF-16 units in them, nothing more is read until half of both is left. */
const WAITING_LINES = 4096;
const WAITING_UNITS = 1_048_576;
/** Lines taken are let go of in portions: to move all that wait for each would cost more than the lines. */
const TAKEN_LINES = 1024;

/** Cuts what is read into lines, and keeps no more of one than LINE_MAX. */
export class LineCutter {
  /** What came after the last LF. */
  private rest: string[] = [];
  private length = 0;
  private n = 0;
  private at: 'start' | 'within' = 'start';

  /** @returns the lines that are whole now; a line that has become too long is told at once, its rest is dropped */
  cut(chunk: string): PipeLine[] {
    const lines: PipeLine[] = [];
    // A byte order mark before all of it is no part of the first line.
    const text = this.at === 'start' ? chunk.replace(/^\ufeff/, '') : chunk;
    if (chunk !== '') this.at = 'within';
    const [first = '', ...more] = text.split('\n');
    this.add(first, lines);
    for (const next of more) {
      this.finish(lines);
      this.add(next, lines);
    }
    return lines;
  }

  /** @returns the last line, if no LF stands after it */
  end(): PipeLine[] {
    const lines: PipeLine[] = [];
    if (this.length > 0) this.finish(lines);
    return lines;
  }

  private add(part: string, lines: PipeLine[]): void {
    const before = this.length;
    this.length += part.length;
    if (this.length <= LINE_MAX) this.rest.push(part);
    else if (before <= LINE_MAX) {
      this.rest = [];
      lines.push({ n: this.n + 1, line: undefined });
    }
  }

  private finish(lines: PipeLine[]): void {
    this.n += 1;
    if (this.length <= LINE_MAX) lines.push({ n: this.n, line: this.rest.join('').replace(/\r$/, '') });
    this.rest = [];
    this.length = 0;
  }
}

/** Emits `more` when there are lines to take, and `close` when the last one has come. */
export class PipeLines extends EventEmitter<{ more: []; close: [] }> {
  private readonly cutter = new LineCutter();
  /** Those before `taken` are gone. */
  private queue: PipeLine[] = [];
  private taken = 0;
  private units = 0;
  private phase: 'open' | 'paused' | 'closed' = 'open';

  constructor(private readonly input: NodeJS.ReadStream) {
    super();
    input.setEncoding('utf8');
    input.on('data', (chunk: string) => this.add(this.cutter.cut(chunk)));
    input.on('end', () => this.end());
    // What cannot be read has come to its end.
    input.on('error', () => this.end());
  }

  /** How many lines wait. */
  get waiting(): number {
    return this.queue.length - this.taken;
  }
  /** The line that `take` will give. */
  get next(): PipeLine | undefined {
    return this.queue[this.taken];
  }

  take(): PipeLine | undefined {
    const { next } = this;
    if (!next) return undefined;
    this.taken += 1;
    this.units -= unitsOf(next);
    if (this.taken >= TAKEN_LINES) {
      this.queue.splice(0, this.taken);
      this.taken = 0;
    }
    if (this.phase === 'paused' && this.waiting <= WAITING_LINES / 2 && this.units <= WAITING_UNITS / 2) {
      this.phase = 'open';
      this.input.resume();
    }
    return next;
  }

  /** No more input is wanted, and what waits is dropped. */
  close(): void {
    this.queue = [];
    this.taken = this.units = 0;
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    // Paused from within its own event it would be read on, and keep the process.
    this.input.destroy();
    this.emit('close');
  }

  private add(lines: readonly PipeLine[]): void {
    if (this.phase === 'closed' || lines.length === 0) return;
    for (const line of lines) {
      this.queue.push(line);
      this.units += unitsOf(line);
    }
    if (this.phase === 'open' && (this.waiting > WAITING_LINES || this.units > WAITING_UNITS)) {
      this.phase = 'paused';
      this.input.pause();
    }
    this.emit('more');
  }

  private end(): void {
    if (this.phase === 'closed') return;
    this.add(this.cutter.end());
    this.phase = 'closed';
    this.emit('close');
  }
}

/** What was left out counts, too: a short line beside it may hold all that was read with it. */
function unitsOf({ line }: PipeLine): number {
  return line?.length ?? LINE_MAX;
}
