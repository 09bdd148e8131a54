/** Reading traces: damage is named with file and line, whatever the bytes are; what can be read can be drawn. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { chartOf } from '../../diagrams/chart/chart';
import { coverageOf, coverageText } from '../../diagrams/chart/coverage';
import { chartMermaid } from '../../diagrams/chart/mermaid';
import { chartSvg } from '../../diagrams/chart/svg';
import { chartText } from '../../diagrams/chart/text';
import { MACHINES } from '../../diagrams/trace/format';
import { parseTraces, readTraces, TraceError, type Trace } from '../../diagrams/trace/reader';
import { MESSAGES } from '../../machines/messages';
import { playV1 } from './play';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

const HEADER = '{"format":"parley-trace","version":1,"name":"alice","role":"client","started":1000}';
const START = '{"t":1,"kind":"start","machine":"client connection","client":"alice","serial":0,"state":"Offline"}';
const HELLO =
  '{"t":2,"kind":"message","way":"sent","from":"client","to":"server","client":"alice","over":"udp","name":"HELLO","sealed":false,"size":128,"id":"a.b","fields":{"id":"alice"}}';

function complaint(content: string): string {
  try {
    parseTraces('some.trace', content);
    return 'none';
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return error.message;
  }
}
const file = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('damage', () => {
  test.each([
    ['', 'some.trace is empty: it is no trace'],
    ['hello\n', 'some.trace, line 1: this is not JSON'],
    [file(START), 'some.trace, line 1: this is no trace: the first line must be its header'],
    [file(HEADER, START, '{"t":'), 'some.trace, line 3: this is not JSON'],
    [file(HEADER, '[1]'), 'some.trace, line 2: this is not JSON'],
    [file(HEADER, '{"t":1,"kind":"note"}'), 'some.trace, line 2: unknown kind of entry "note"'],
    [file(HEADER, '{"t":1,"kind":"constructor"}'), 'some.trace, line 2: unknown kind of entry "constructor"'],
    [file(HEADER.replace('1,', '2,')), 'some.trace, line 1: "version" must be one of 1, not 2'],
    [
      file(HEADER, HELLO.replace('"sent"', '"gone"')),
      'some.trace, line 2: "way" must be one of "sent", "received", not "gone"',
    ],
    [
      file(HEADER, START.replace('"state":"Offline"', '"a":1')),
      'some.trace, line 2: "state" must be a string, not missing',
    ],
    [file(HEADER, HELLO.replace('128', '1e999')), 'some.trace, line 2: "size" must be a number, not null'],
    [
      file(HEADER, HELLO.replace('{"id":"alice"}', '{"id":["alice"]}')),
      'some.trace, line 2: "fields" must be names with strings and numbers, not {"id":["alice"]}',
    ],
    [
      file(HEADER, START.replace('client connection', 'toaster')),
      'some.trace, line 2: "machine" must be one of "client connection", "client chat", "client history", "server connection", "server chat", "server history", not "toaster"',
    ],
  ])('%j', (content, expected) => {
    expect(complaint(content)).toBe(expected);
  });

  test('a last line that was cut is left out', () => {
    for (let cut = 1; cut < HELLO.length; cut++) {
      const [trace] = parseTraces('cut', file(HEADER, START) + HELLO.slice(0, cut));
      expect(trace?.entries).toHaveLength(1);
    }
    expect(parseTraces('whole', file(HEADER, START) + HELLO)[0]?.entries).toHaveLength(2);
    expect(complaint(HEADER.slice(0, 30))).toBe('some.trace, line 1: this is not JSON');
  });

  test('a file that is not there', () => {
    const path = join(__dirname, 'no such file');
    expect(() => readTraces([path])).toThrow(`${path} cannot be read (ENOENT)`);
  });
});

test('a file to which a second process has been appended is two traces', () => {
  const traces = parseTraces('both', file(HEADER, START, HEADER.replace('1000', '9000'), START, HELLO));
  expect(traces.map(({ header, entries }) => [header.started, entries.length])).toEqual([
    [1000, 1],
    [9000, 2],
  ]);
});

/** Draws it in every way. */
function drawn(traces: readonly Trace[]): void {
  for (const phase of ['all', 'connection', 'chat'] as const) {
    const chart = chartOf(traces, { phase });
    expect(chartSvg(chart)).not.toMatch(/NaN|Infinity|undefined/);
    expect(chartText(chart)).not.toMatch(/NaN|undefined/);
    expect(chartMermaid(chart)).not.toMatch(/NaN|undefined/);
  }
  coverageText(coverageOf(traces));
}

describe('any bytes', () => {
  const readOrRefused = (content: string): void => {
    try {
      drawn(parseTraces('f', content));
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      expect(error.message).toMatch(/^f(, line \d+:| is empty|: )/);
    }
  };

  test('are read or refused', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((of) => Buffer.from(of).toString('utf8'));
    const lines = fc.array(fc.oneof(bytes, fc.json(), fc.constantFrom(HEADER, START, HELLO)));
    fc.assert(fc.property(lines, (of) => readOrRefused(of.join('\n'))));
    fc.assert(fc.property(lines, (of) => readOrRefused([HEADER, ...of].join('\n'))));
  });

  test('changed in a real trace are read or refused', async () => {
    const content = (await playV1()).content('alice');
    const change = fc.record({ at: fc.nat(content.length - 1), cut: fc.nat(20), put: fc.string({ maxLength: 5 }) });
    fc.assert(
      fc.property(change, ({ at, cut, put }) => readOrRefused(content.slice(0, at) + put + content.slice(at + cut))),
      { numRuns: 300 },
    );
  });

  test('whatever the reader accepts can be drawn', () => {
    const role = fc.constantFrom('client', 'server');
    const client = fc.constantFrom('', 'alice', 'Server', 'x<&>"', 'a'.repeat(80));
    const id = fc.constantFrom('a.1', 'a.2', 'b.1', '', '.');
    const t = fc.oneof(
      fc.integer({ min: -5, max: 5000 }),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    );
    const message = fc.record({
      t,
      kind: fc.constant('message'),
      way: fc.constantFrom('sent', 'received'),
      from: role,
      to: role,
      client,
      over: fc.constantFrom('udp', 'tcp'),
      name: fc.constantFrom(...Object.keys(MESSAGES)),
      sealed: fc.boolean(),
      size: fc.nat(),
      id,
      fields: fc.dictionary(fc.constantFrom('id', 'text', 'port', 'reason'), fc.oneof(fc.string(), fc.nat())),
    });
    const state = fc.constantFrom('Offline', 'Connected', 'Wait for HELLO', 'Connecting.opening', 'Gone', 'Z;#');
    const transition = fc.record({
      t,
      kind: fc.constant('transition'),
      machine: fc.constantFrom(...MACHINES),
      client,
      serial: fc.nat(3),
      event: fc.constantFrom('U.LOGON', 'T.RETRY', 'N.CLOSED', 'S.STOP', 'constructor', ''),
      from: state,
      to: state,
      alternative: fc.integer({ min: -1, max: 3 }),
      armed: fc.array(fc.constantFrom('RETRY', 'GIVEUP')),
    });
    const header = fc.record({
      format: fc.constant('parley-trace'),
      version: fc.constant(1),
      name: client,
      role,
      started: fc.nat(10_000),
    });
    const entries = fc.array(fc.oneof(message, transition), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(header, entries), { minLength: 1, maxLength: 3 }), (processes) => {
        const lines = processes.flatMap(([head, of]) => [head, ...of]).map((line) => JSON.stringify(line));
        drawn(parseTraces('f', lines.join('\n')));
      }),
      { numRuns: 200 },
    );
  });
});

test('the examples of docs/trace.md are a trace', () => {
  const text = readFileSync(join(__dirname, '../../docs/trace.md'), 'utf8');
  const [, example = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  const [trace] = parseTraces('docs/trace.md', example);
  expect(new Set(trace?.entries.map(({ kind }) => kind))).toEqual(
    new Set(['start', 'transition', 'message', 'refused', 'stop']),
  );
});
