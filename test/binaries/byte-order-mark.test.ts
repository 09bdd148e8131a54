/** A byte order mark before a file of text is no part of it: editors put it there. What bytes are not UTF-8 is said. */
import { writeFileSync } from 'node:fs';
import { LineCutter } from '../../bin/terminal/pipe';
import { serveRecording } from '../../diagrams/inspector/recording';
import { readTraces } from '../../diagrams/trace/reader';
import { readKeyFile } from '../../storage/keyfile';
import { systemRandom } from '../../transport/security/random';
import { scratch } from '../storage/files';
import { runCommand } from '../support/command';

const MARK = '\ufeff';
const path = scratch();
function marked(name: string, content: string, mode = 0o600): string {
  writeFileSync(path(name), `${MARK}${content}`, { mode });
  return path(name);
}

test('a machine as JSON', async () => {
  const file = marked('lamp.json', '{"id":"lamp","initial":"off","states":{"off":{"on":{"PRESS":"on"}},"on":{}}}');
  const { code, out, err } = await runCommand(
    'parley-diagrams',
    ['--from', file, '--format', 'mermaid', '--out', '-'],
    {
      cwd: path(),
    },
  );
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('PRESS');
});

test('a trace', () => {
  const file = marked(
    'a.trace',
    '{"format":"parley-trace","version":1,"name":"alice","role":"client","started":1000}\n',
  );
  expect(readTraces([file])).toMatchObject([{ header: { name: 'alice' } }]);
});

test('a recording', async () => {
  const content = `${MARK}{"type":"service.process"}\nno recording\n{"type":"service.stop"}\n`;
  const recordings = [{ file: 'a.jsonl', content }];
  await expect(serveRecording({ recordings, page: '', port: 0, random: systemRandom })).rejects.toThrow(
    'a.jsonl, line 2: this is no recording',
  );
});

test('a key file', () => {
  const key = '0123456789abcdef'.repeat(4);
  expect(readKeyFile(marked('alice.key', `${key}\n`))).toBe(key);
});

test('lines at a pipe: before the first only', () => {
  const cutter = new LineCutter();
  const lines = [...cutter.cut(''), ...cutter.cut(`${MARK}Log on\n${MARK}a text\n`), ...cutter.cut(`${MARK}more\n`)];
  expect(lines.map(({ line }) => line)).toEqual(['Log on', `${MARK}a text`, `${MARK}more`]);
});
