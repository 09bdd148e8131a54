/** What is read from files and from the inspector's page: keys, traces, recordings, commands of a viewer. */
import fc from 'fast-check';
import { existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlBy } from '../../diagrams/inspector/control';
import { parseViewerMessage, parseWanted, type Wanted } from '../../diagrams/inspector/guard';
import { imported } from '../../diagrams/inspector/page/model/files';
import { Recording } from '../../diagrams/inspector/page/model/record';
import type { Recorder } from '../../diagrams/inspector/recorder';
import { TRACE_FORMAT, MACHINES } from '../../diagrams/trace/format';
import { parseTraces, TraceError } from '../../diagrams/trace/reader';
import { clientConnection } from '../../machines/client/connection';
import { MESSAGES } from '../../machines/messages';
import { StoreError } from '../../machines/ports';
import { readKeyFile } from '../../storage/keyfile';
import { formatKey, keyWeakness, parseKey } from '../../transport/security/subscriber-key';
import { spoilt } from './mutate';
import { ACCEPTED, Finding, type Target } from './target';

const text = (valid: fc.Arbitrary<string>): fc.Arbitrary<Buffer> => spoilt(valid.map((value) => Buffer.from(value)));
const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => Buffer.from(key).toString('hex'));
const base64 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => Buffer.from(key).toString('base64'));

function keyText(bytes: Buffer): string {
  const given = bytes.toString('latin1');
  const result = parseKey(given);
  if (!result.ok)
    return given.length > 15 && result.why.includes(given) ? fail('the key stands in the sentence') : 'no key';
  if (result.key.length !== 32) fail('a key of another size');
  const written = formatKey(result.key);
  const encodings = [written, result.key.toString('base64'), result.key.toString('base64').slice(0, 43)];
  if (given.toLowerCase() !== written && !encodings.includes(given)) fail(`another key than ${given}`);
  return keyWeakness(result.key) === undefined ? ACCEPTED : 'weak';
}
function fail(what: string): never {
  throw new Finding(what);
}

/**
 * One file for all inputs, made with the first, and kept open, in memory where there is such a folder: a file system on a disk may
 * sync whenever a file is cut.
 */
let file: { readonly path: string; readonly fd: number } | undefined;
function fileFor(content: Buffer): string {
  if (file === undefined) {
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parley-fuzz-'));
    const path = join(folder, 'any.key');
    file = { path, fd: openSync(path, 'w', 0o600) };
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  ftruncateSync(file.fd);
  writeSync(file.fd, content, 0, content.length, 0);
  return file.path;
}
function keyFile(bytes: Buffer): string {
  const path = fileFor(bytes);
  try {
    const digits = readKeyFile(path);
    return bytes.toString('latin1').trimEnd() === digits ? ACCEPTED : fail(`read as ${digits}`);
  } catch (error) {
    if (error instanceof StoreError) return error.kind;
    throw error;
  }
}

const role = fc.constantFrom('client', 'server');
const small = fc.oneof(fc.nat(9), fc.string({ maxLength: 6 }), fc.boolean(), fc.constant(null));
const wire = {
  t: fc.nat(),
  from: role,
  to: role,
  client: fc.string({ maxLength: 8 }),
  size: fc.nat(),
  id: fc.string(),
};
const machine = { t: fc.nat(), machine: fc.constantFrom(...MACHINES), client: fc.string(), serial: fc.nat(99) };
const header = fc.record({
  format: fc.constant(TRACE_FORMAT),
  version: fc.constant(1),
  name: fc.string({ maxLength: 8 }),
  role,
  started: fc.nat(),
});
const entry = fc.oneof(
  fc.record({
    ...wire,
    kind: fc.constant('message'),
    way: fc.constantFrom('sent', 'received'),
    over: fc.constantFrom('udp', 'tcp'),
    name: fc.constantFrom(...Object.keys(MESSAGES)),
    sealed: fc.boolean(),
    fields: fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.nat(), fc.string({ maxLength: 5 })), { maxKeys: 3 }),
  }),
  fc.record({ ...wire, kind: fc.constant('refused'), over: fc.constant('tcp') }),
  fc.record({ ...machine, kind: fc.constant('start'), state: fc.string({ maxLength: 8 }) }),
  fc.record({ ...machine, kind: fc.constant('stop') }),
  fc.record({
    ...machine,
    kind: fc.constant('transition'),
    event: fc.string({ maxLength: 8 }),
    from: fc.string({ maxLength: 8 }),
    to: fc.string({ maxLength: 8 }),
    alternative: fc.integer({ min: -1, max: 3 }),
  }),
  fc.dictionary(fc.constantFrom('kind', 't', 'over', 'format', '__proto__', 'constructor'), small),
);
const lines = (all: readonly unknown[]): string => all.map((one) => JSON.stringify(one)).join('\n');
const trace = fc.tuple(header, fc.array(entry, { maxLength: 5 })).map(([first, rest]) => lines([first, ...rest]));

function traceFile(bytes: Buffer): string {
  try {
    const traces = parseTraces('x', bytes.toString('utf8'));
    const again = parseTraces('x', lines(traces.flatMap(({ header, entries }) => [header, ...entries])));
    // As JSON, which has no -0.
    return JSON.stringify(again) === JSON.stringify(traces)
      ? ACCEPTED
      : fail('written and read again it is another trace');
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return error.message.includes('\n') ? fail('more than one sentence') : 'refused';
  }
}

const SESSION = 'x:1';
const payload = fc.dictionary(fc.constantFrom('id', 'session', 'text', 'texts', 'reason', 'toString', 'x'), small);
const command = fc.oneof(
  fc.constant({ type: 'xstate.inspecting' }),
  fc
    .tuple(
      fc.constantFrom(...clientConnection.events, 'M.NONE', '*', 'constructor'),
      payload,
      fc.constantFrom(SESSION, 'x:2', ''),
      fc.boolean(),
    )
    .map(([type, more, service, inside]) => {
      const event = JSON.stringify({ data: { type, ...more }, origin: inside ? SESSION : undefined });
      return { type: 'xstate.event', event, service };
    }),
  fc.jsonValue({ maxDepth: 2 }),
);
function viewerCommand(bytes: Buffer): string {
  const message = parseViewerMessage(bytes.toString('utf8'));
  if (typeof message === 'string') return message;
  if (message.type === 'xstate.inspecting') return ACCEPTED;
  const wanted = parseWanted(message);
  if (typeof wanted === 'string') return wanted;
  let done: Wanted['event'] | undefined;
  const recorder = { actor: (service: string) => (service === SESSION ? ACTOR : undefined) };
  const refusal = controlBy(recorder as unknown as Recorder, (_, event) => void (done = event))(wanted);
  if (refusal !== undefined) return done ? fail('refused and done') : refusal;
  return done && clientConnection.events.includes(done.type as never) ? ACCEPTED : fail('an event of another machine');
}
const ACTOR = { machine: clientConnection, name: 'connection', serial: 0, sessionId: SESSION };

const stamped = fc.record({ seq: fc.nat(99), time: fc.nat(99) });
const feed = fc.oneof(
  fc.record({ type: fc.constant('service.stop'), sessionId: fc.string({ maxLength: 4 }), parley: stamped }),
  fc.record({
    type: fc.constantFrom('service.event', 'service.state', 'service.register'),
    sessionId: fc.constantFrom('x:1', 'x:2'),
    id: fc.string({ maxLength: 4 }),
    event: fc.constantFrom('{}', '{"name":"U.LOGON","data":{"type":"U.LOGON"}}', '{oops'),
    state: fc.constantFrom('{"value":"Offline","context":{}}', '{"value":{"a":"b"}}', 'null', '{'),
    machine: fc.constantFrom('{}', '{"id":"client connection"}', 'null'),
    parley: fc.oneof(stamped, fc.dictionary(fc.constantFrom('seq', 'time', 'event', 'from', 'to', 'machine'), small)),
  }),
  fc.record({ type: fc.constant('service.gap'), parley: fc.record({ missed: fc.nat(9), next: fc.nat(9) }) }),
  fc.record({ type: fc.constant('service.message'), parley: fc.dictionary(fc.string({ maxLength: 5 }), small) }),
);
const opening = fc
  .record({ name: fc.string({ maxLength: 5 }), role, started: fc.nat(), control: fc.boolean(), limit: fc.nat(2_000) })
  .map((parley) => ({ type: 'service.process', parley }));
const recording = fc.tuple(opening, fc.array(feed, { maxLength: 6 })).map(([first, rest]) => lines([first, ...rest]));
function recordingFile(bytes: Buffer): string {
  const content = bytes.toString('utf8');
  const { read, wrong } = imported(new Recording(), content);
  const given = content.split('\n').filter((line) => line.trim() !== '').length;
  if (read + wrong !== given) fail('lines that nobody counted');
  return wrong === 0 ? ACCEPTED : 'with wrong lines';
}

export const FILE_TARGETS: readonly Target[] = [
  { name: 'key-text', inputs: text(fc.oneof(hex, base64)), run: keyText },
  {
    name: 'key-file',
    inputs: text(fc.tuple(hex, fc.constantFrom('', '\n', '\r\n')).map((of) => of.join(''))),
    run: keyFile,
  },
  { name: 'trace', inputs: text(trace), run: traceFile },
  { name: 'inspector-command', inputs: text(command.map((value) => JSON.stringify(value))), run: viewerCommand },
  { name: 'recording', inputs: text(recording), run: recordingFile },
];
