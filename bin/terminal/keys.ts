/**
 * The keyboard between the terminal and readline: pastes are taken out whole, a question takes the keys it understands, and keys
 * that move or delete count characters as a reader counts them. Must never be here: what a line does.
 */
import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';

const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';
/** A key: an escape sequence, or a character. */
// eslint-disable-next-line no-control-regex -- keys are control characters
const KEY = /\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Za-z]|\u001b[^[O]|[^]/gu;
/** Longest paste that is kept, in characters; the rest is dropped. */
const PASTE_MAX = 1_048_576;

export interface KeysOptions {
  readonly input: NodeJS.ReadStream;
  /** What was pasted, with LF between lines. */
  readonly paste: (text: string) => void;
  /** @returns whether the key was taken */
  readonly key: (key: string) => boolean;
  /** A key has been taken in, or a paste begins: the line may have been begun. */
  readonly touched: (what: 'key' | 'paste') => void;
  /** The line being edited and the place in it, in UTF-16 units. */
  readonly editing: () => { readonly line: string; readonly cursor: number };
}

/** What readline needs of an input that is a terminal. */
export class Keys extends EventEmitter {
  readonly isTTY = true;
  private readonly decoder = new StringDecoder('utf8');
  private readonly segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  private rest = '';
  private pasted: string | undefined;

  constructor(private readonly o: KeysOptions) {
    super();
    o.input.on('data', (bytes: Buffer) => this.take(this.decoder.write(bytes)));
    o.input.on('end', () => this.emit('end'));
    o.input.on('error', () => this.emit('end'));
  }

  setRawMode(raw: boolean): this {
    this.o.input.setRawMode(raw);
    return this;
  }
  resume(): this {
    this.o.input.resume();
    return this;
  }
  pause(): this {
    this.o.input.pause();
    return this;
  }

  private take(text: string): void {
    let input = this.rest + text;
    this.rest = '';
    while (input !== '') {
      const mark = this.pasted === undefined ? PASTE_BEGINS : PASTE_ENDS;
      const at = input.indexOf(mark);
      // The mark may come in two pieces; a lone Escape must not wait for more.
      const kept = at < 0 ? cut(input, mark) : 0;
      this.part(input.slice(0, at < 0 ? input.length - kept : at));
      if (at < 0) {
        this.rest = input.slice(input.length - kept);
        return;
      }
      input = input.slice(at + mark.length);
      if (this.pasted === undefined) {
        this.pasted = '';
        this.o.touched('paste');
      } else {
        const text = this.pasted;
        this.pasted = undefined;
        this.o.paste(text.replaceAll(/\r\n?/g, '\n'));
      }
    }
  }

  private part(text: string): void {
    if (this.pasted !== undefined) this.pasted = (this.pasted + text).slice(0, PASTE_MAX);
    else for (const [key] of text.matchAll(KEY)) this.press(key);
  }

  private press(key: string): void {
    if (this.o.key(key)) return;
    this.emit('data', key.repeat(this.times(key)));
    this.o.touched('key');
  }

  /** How many code points one press of this key is to pass. */
  private times(key: string): number {
    const { line, cursor } = this.o.editing();
    if (BACK.includes(key)) return points([...this.segmenter.segment(line.slice(0, cursor))].at(-1)?.segment);
    if (!ON.includes(key)) return 1;
    const [next] = this.segmenter.segment(line.slice(cursor));
    return points(next?.segment);
  }
}

const BACK = ['\u007f', '\b', '\u001b[D', '\u001bOD'];
const ON = ['\u001b[C', '\u001bOC', '\u001b[3~'];

function points(character = ''): number {
  return Math.max(1, Array.from(character).length);
}

/** How much of the end of a text may be the beginning of the mark; a lone Escape is not. */
function cut(text: string, mark: string): number {
  for (let n = Math.min(mark.length - 1, text.length); n > 1; n--) if (text.endsWith(mark.slice(0, n))) return n;
  return 0;
}
