/**
 * What came from the keyboard, cut into keys, typed text and pastes. A sequence may come in pieces; a lone Escape does not wait
 * for more. Must never be here: what a key does.
 */
import { StringDecoder } from 'node:string_decoder';

export type KeyName =
  | 'enter'
  | 'tab'
  | 'escape'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'home'
  | 'end'
  | 'word-left'
  | 'word-right'
  | 'backspace'
  | 'delete'
  | 'delete-word-left'
  | 'delete-word-right'
  | 'delete-to-start'
  | 'delete-to-end'
  | 'yank'
  | 'redraw'
  | 'interrupt'
  | 'end-of-input'
  | 'suspend'
  | 'unknown';

export type Input =
  | { readonly kind: 'key'; readonly name: KeyName }
  /** Characters as they were typed, without control characters. */
  | { readonly kind: 'text'; readonly text: string }
  /** A paste begins; what it is comes when it has ended. */
  | { readonly kind: 'paste-begins' }
  /** LF between lines; `left` characters at its end were dropped for its length. */
  | { readonly kind: 'paste'; readonly text: string; readonly left: number };

/** Longest paste that is kept, in UTF-16 units. */
export const PASTE_MAX = 1_048_576;

const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';

const CONTROL: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u001b': 'escape',
  '\u0001': 'home',
  '\u0002': 'left',
  '\u0003': 'interrupt',
  '\u0004': 'end-of-input',
  '\u0005': 'end',
  '\u0006': 'right',
  '\u0008': 'backspace',
  '\u000b': 'delete-to-end',
  '\u000c': 'redraw',
  '\u000e': 'down',
  '\u0010': 'up',
  '\u0015': 'delete-to-start',
  '\u0017': 'delete-word-left',
  '\u0019': 'yank',
  '\u001a': 'suspend',
  '\u007f': 'backspace',
};
/** Behind ESC [ or ESC O: the final byte, with the number before it for `~`. */
const SEQUENCE: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '7~': 'home',
  '8~': 'end',
};
/** The same with Ctrl or Alt. */
const MODIFIED: Readonly<Record<string, KeyName>> = { C: 'word-right', D: 'word-left', '3~': 'delete-word-right' };
const ALT: Readonly<Record<string, KeyName>> = {
  b: 'word-left',
  f: 'word-right',
  d: 'delete-word-right',
  '\u007f': 'delete-word-left',
  '\b': 'delete-word-left',
};

/** A sequence, a control character, or what is typed up to the next of them. */
const TOKEN =
  // eslint-disable-next-line no-control-regex -- keys are control characters
  /\x1b\[[0-9;?]*[A-Za-z~]|\x1bO[A-Za-z]|\x1b[^\x1b[O]|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/gu;
/** What may become a sequence: it waits for more. */
// eslint-disable-next-line no-control-regex -- keys are control characters
const UNFINISHED = /\x1b(?:\[[0-9;?]*|O)$/;
/** No sequence of a key is longer. */
const SEQUENCE_MAX = 32;
const C1 = /[\u0080-\u009f]/g;

export class Keyboard {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private pasted: string[] | undefined;
  private kept = 0;
  private left = 0;

  /** @param bytes as they were read */
  feed(bytes: Buffer): Input[] {
    let text = this.rest + this.decoder.write(bytes);
    this.rest = '';
    const inputs: Input[] = [];
    while (text !== '') text = this.pasted === undefined ? this.typed(text, inputs) : this.paste(text, inputs);
    return inputs;
  }

  /** @returns what comes behind the beginning of a paste */
  private typed(text: string, inputs: Input[]): string {
    const at = text.indexOf(PASTE_BEGINS);
    let before = at < 0 ? text : text.slice(0, at);
    if (at < 0) {
      const [unfinished = ''] = UNFINISHED.exec(before.slice(-SEQUENCE_MAX)) ?? [];
      this.rest = unfinished;
      before = before.slice(0, before.length - unfinished.length);
    }
    for (const [piece] of before.matchAll(TOKEN)) this.piece(piece, inputs);
    if (at < 0) return '';
    inputs.push({ kind: 'paste-begins' });
    this.pasted = [];
    this.kept = this.left = 0;
    return text.slice(at + PASTE_BEGINS.length);
  }

  /** @returns what comes behind the end of the paste */
  private paste(text: string, inputs: Input[]): string {
    const at = text.indexOf(PASTE_ENDS);
    if (at < 0) {
      const waits = overlap(text, PASTE_ENDS);
      this.keep(text.slice(0, text.length - waits));
      this.rest = text.slice(text.length - waits);
      return '';
    }
    this.keep(text.slice(0, at));
    inputs.push({ kind: 'paste', text: (this.pasted ?? []).join('').replaceAll(/\r\n?/g, '\n'), left: this.left });
    this.pasted = undefined;
    return text.slice(at + PASTE_ENDS.length);
  }

  private keep(part: string): void {
    const room = Math.max(0, PASTE_MAX - this.kept);
    this.pasted?.push(part.slice(0, room));
    this.kept += Math.min(room, part.length);
    this.left += Math.max(0, part.length - room);
  }

  private piece(piece: string, inputs: Input[]): void {
    const control = CONTROL[piece];
    if (control) inputs.push({ kind: 'key', name: control });
    else if (piece.startsWith('\u001b')) inputs.push({ kind: 'key', name: sequence(piece.slice(1)) });
    else if (piece > '\u001f' && piece !== '\u007f') {
      const text = piece.replaceAll(C1, '');
      if (text !== '') inputs.push({ kind: 'text', text });
    }
  }
}

/** @param body behind the Escape */
function sequence(body: string): KeyName {
  const [, parameters, final = ''] = /^[[O]([0-9;?]*)([A-Za-z~])$/.exec(body) ?? [];
  if (parameters === undefined) return ALT[body] ?? 'unknown';
  const [number = '', modifier] = parameters.split(';');
  const key = final === '~' ? `${number}~` : final;
  return (modifier === undefined ? SEQUENCE[key] : (MODIFIED[key] ?? SEQUENCE[key])) ?? 'unknown';
}

/** How many characters at the end of a text may begin the mark. */
function overlap(text: string, mark: string): number {
  for (let n = Math.min(mark.length - 1, text.length); n > 0; n--) if (text.endsWith(mark.slice(0, n))) return n;
  return 0;
}
