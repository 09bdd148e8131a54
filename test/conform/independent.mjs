/**
 * The second client (test/independent), which has commands and lines of its own, with those of the assignment: what the kit
 * types is translated for it, and what it writes for the kit. Nothing of the protocol is here.
 *
 *   node independent.mjs <Client-ID> <key file> <host> <port>
 */
import { spawn } from 'node:child_process';
import { fileURLToPath, URL } from 'node:url';

const CLIENT = fileURLToPath(new URL('../independent/client.mjs', import.meta.url));
const REORDERING = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const show = (line) => process.stdout.write(`${line}\n`);
const escaped = (json) => JSON.parse(json).replace(REORDERING, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** Line by line, ended by LF and nothing else. */
function lines(stream, take, end) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    const [first, ...more] = chunk.split('\n');
    rest += first;
    for (const next of more) {
      take(rest);
      rest = next;
    }
  });
  stream.on('end', end);
}

class Translator {
  /** The client of this log-on; it lives until it has said `closed`. */
  client;
  state = 'Offline';
  /** What was typed and is still to be taken: a line waits for the answer to the one before (P5). */
  typed = [];
  answer = 'none';
  input = 'open';

  take() {
    while (this.answer === 'none' && this.typed.length > 0) this.command(this.typed.shift());
    if (this.input !== 'ended' || this.answer !== 'none' || this.typed.length > 0) return;
    this.input = 'left';
    process.stdin.destroy();
    if (this.client) this.say('quit');
    process.exitCode = 0;
  }

  command(line) {
    const words = line.trim().split(/\s+/);
    const plain = words.join(' ').toLowerCase();
    const isTo = (verb) => words.length === 2 && plain.startsWith(`${verb} `);
    if (line.startsWith('\\')) this.text(line.slice(1));
    else if (plain === '') return;
    else if (plain === 'log on' || plain === 'logon') this.logOn();
    else if (!this.client) show('Not connected');
    else if (['log off', 'logoff', 'quit'].includes(plain)) this.wait('closed', 'quit');
    else if (plain === 'end chat') this.say('end');
    else if (isTo('chat')) this.wait(`started|refused|unreachable ${words[1]}`, `chat ${words[1]}`);
    else if (isTo('history')) this.wait('history|refused', `history ${words[1]}`);
    else this.text(line);
    if (plain === 'quit') this.input = 'ended';
  }
  text(text) {
    if (this.client) this.say(`say ${text}`);
    else show('Not connected');
  }
  say(line) {
    this.client.stdin.write(`${line}\n`);
  }
  wait(answer, line) {
    this.answer = answer;
    if (line !== undefined) this.say(line);
  }

  logOn() {
    if (this.client) return show('Connected');
    const client = (this.client = spawn(process.execPath, [CLIENT, ...process.argv.slice(2)]));
    client.stdin.on('error', () => undefined);
    client.stderr.pipe(process.stderr);
    lines(
      client.stdout,
      (line) => this.told(line),
      () => undefined,
    );
    this.wait('connected|closed');
  }

  /** What the client writes, in the words of the assignment. */
  told(line) {
    const [event, first, second] = line.split(' ', 3);
    const rest = (words) => line.split(' ').slice(words).join(' ');
    switch (event) {
      case 'connected':
        show('Connected');
        break;
      case 'started':
        show('Chat started');
        break;
      case 'ended':
        show('Chat ended');
        break;
      case 'unreachable':
        show('Correspondent unreachable');
        break;
      case 'text':
        show(`${second}: ${escaped(rest(3))}`);
        break;
      case 'line':
        show(`<${first}> <from: ${second}> <${escaped(rest(3))}>`);
        break;
      case 'history':
        show(
          `History with ${first}: ${['all', 'server busy', 'incomplete'][second] ?? 'incomplete'}, ${rest(3)} texts`,
        );
        break;
      default:
        show(rest(1));
    }
    if (event === 'closed') this.client = undefined;
    if (event === 'closed' || new RegExp(`^(?:${this.answer})(?: |$)`).test(line)) this.answer = 'none';
    this.take();
  }
}

const translator = new Translator();
lines(
  process.stdin,
  (line) => {
    translator.typed.push(line.replace(/\r$/, ''));
    translator.take();
  },
  () => {
    if (translator.input === 'open') translator.input = 'ended';
    translator.take();
  },
);
