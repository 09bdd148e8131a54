/**
 * What a line that is no command was probably meant to be, in one sentence (docs/client.md). In a chat it is a text in the first
 * place: there only what hardly anybody writes to a person counts. Must never be here: what is done about it.
 */
import { nearest } from '../nearest';

export interface Circumstances {
  /** In a chat a sentence costs a question. */
  readonly inChat: boolean;
  /** Whether somebody has this Client-ID, as far as this client knows. */
  readonly isKnown: (id: string) => boolean;
}

/** Commands that are whole lines, by their letters. */
const WHOLE: Readonly<Record<string, string>> = {
  logoff: 'Log off',
  logon: 'Log on',
  endchat: 'End chat',
  quit: 'Quit',
  help: 'Help',
  status: 'Status',
  blocked: 'Blocked',
};
/** Commands with a Client-ID. */
const VERBS: Readonly<Record<string, string>> = {
  chat: 'Chat',
  history: 'History',
  block: 'Block',
  unblock: 'Unblock',
};
/** What other programs call them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  exit: 'Quit',
  q: 'Quit',
  'q!': 'Quit',
  wq: 'Quit',
  login: 'Log on',
  connect: 'Log on',
  logout: 'Log off',
  disconnect: 'Log off',
  end: 'End chat',
  hangup: 'End chat',
  '?': 'Help',
  commands: 'Help',
  who: 'Status',
  msg: 'Chat ID',
  query: 'Chat ID',
  call: 'Chat ID',
};
/** Of these also in a chat: they are nobody's answer. */
const NO_WORD_FOR_A_PERSON = new Set(['exit', 'login', 'logout', 'end']);
/** A shorter word has too many neighbours: what and chat. */
const SHORT = 4;

/** @returns a sentence; undefined: the line is simply a text */
export function mistakeOf(line: string, o: Circumstances): string | undefined {
  const [, mark = '', rest = ''] = /^\s*([/:]?)(.*)$/su.exec(line) ?? [];
  const words = rest
    .trim()
    .replace(/[.!]+$/, '')
    .split(/\s+/);
  const sentence = verbMistake(words, o) ?? wholeMistake(words, line.trim(), mark === '' && o.inChat);
  if (sentence !== undefined) return sentence;
  // A path or a smiley is none.
  return mark === '/' && /^\p{L}/u.test(rest) ? 'Commands have no slash here: Help shows them' : undefined;
}

/** `history`, `chat bob bob`, `hsitory bob`. */
function verbMistake([first = '', ...ids]: readonly string[], { inChat, isKnown }: Circumstances): string | undefined {
  const word = first.toLowerCase();
  const verb = own(VERBS, word);
  // To a person one writes "chat with me", too.
  if (inChat && !ids.every(isKnown)) return undefined;
  if (verb !== undefined && ids.length === 0) return `${verb} needs a Client-ID: "${verb} bob", for example`;
  if (verb !== undefined && ids.length > 1) return `${verb} takes one Client-ID: "${ids.join(' ')}" is more`;
  const meant = ids.length === 1 ? Object.keys(VERBS).find((known) => isNear(word, known)) : undefined;
  return meant === undefined
    ? undefined
    : didYouMean(`${first} ${ids.join(' ')}`, `${own(VERBS, meant) ?? ''} ${ids.join(' ')}`);
}

/** `endchat`, `Log of`, `exit`. @param strict the line may well be meant for a person */
function wholeMistake(words: readonly string[], line: string, strict: boolean): string | undefined {
  const letters = words.join('').toLowerCase();
  const elsewhere = strict && !NO_WORD_FOR_A_PERSON.has(letters) ? undefined : own(ELSEWHERE, letters);
  const known = Object.keys(WHOLE);
  // Nobody reads it but the user: then a word may be further away, if it is long enough.
  const further = !strict && words.length <= 2 && letters.length > SHORT + 1 ? nearest(letters, known) : undefined;
  const spelt = known.find((name) => isNear(letters, name)) ?? further;
  const meant = elsewhere ?? own(WHOLE, letters) ?? (spelt === undefined ? undefined : own(WHOLE, spelt));
  return meant === undefined ? undefined : didYouMean(line, meant);
}

function didYouMean(line: string, command: string): string {
  return `There is no command "${line}": did you mean ${command}?`;
}

/** One slip of a finger: two letters exchanged; in a longer word also one that is wrong, missing or too many. */
export function isNear(word: string, known: string): boolean {
  if (word === known || word === '') return false;
  let same = 0;
  while (same < word.length && word[same] === known[same]) same += 1;
  const [a, b] = [word.slice(same), known.slice(same)];
  if (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2)) return true;
  if (known.length <= SHORT || same === 0) return false;
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
