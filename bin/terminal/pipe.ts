/**
 * The lines of a pipe, with the part of readline's interface that a terminal uses. A line ends with LF, or CR LF, and with
 * nothing else: a text may hold U+2028, where newer versions of readline break a line, and a CR in a text is a control
 * character to be refused, not the end of a line.
 */
import { EventEmitter } from 'node:events';

/** Emits `line` for each line and `close` when no more will come. */
export class PipeLines extends EventEmitter<{ line: [string]; close: []; SIGINT: [] }> {
  /** What came after the last LF. */
  private rest: string[] = [];
  private phase: 'open' | 'closed' = 'open';

  constructor(private readonly input: NodeJS.ReadStream) {
    super();
    input.setEncoding('utf8');
    input.on('data', (chunk: string) => this.data(chunk));
    input.on('end', () => this.end());
    // What cannot be read has come to its end.
    input.on('error', () => this.end());
  }

  /** Nobody waits for a command here. */
  prompt(): void {}

  close(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    // Paused from within its own event it would be read on, and keep the process.
    this.input.destroy();
    this.emit('close');
  }

  private data(chunk: string): void {
    const [first = '', ...more] = chunk.split('\n');
    this.rest.push(first);
    for (const next of more) {
      this.line(this.rest.join(''));
      this.rest = [next];
    }
  }

  private end(): void {
    const last = this.rest.join('');
    if (last !== '') this.line(last);
    this.close();
  }

  private line(line: string): void {
    if (this.phase === 'open') this.emit('line', line.replace(/\r$/, ''));
  }
}
