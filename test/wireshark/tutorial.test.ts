/** What docs/wireshark/README.md tells the reader to do and to expect, done: the example, its output, every filter. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stages } from '../binaries/support';
import { skipped, Tshark } from './support';

const FOLDER = join(__dirname, '../../docs/wireshark');
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const [CAPTURE, KEYS] = [join(FOLDER, 'example.pcap'), join(FOLDER, 'example.keys')];
const testWithTshark = skipped === '' ? test : test.skip;
const open = stages();

test('parley-dump prints what the tutorial shows', async () => {
  const [, shown = ''] = /^\$ parley-dump .*?\n(.*?)^```/ms.exec(README) ?? [];
  const expected = shown.split('\n').filter((line) => line !== '' && line !== '...');
  expect(expected.length).toBeGreaterThan(8);
  const stage = await open();
  const dump = stage.start('parley-dump', 'parley-dump.js', [CAPTURE, '--keylog', KEYS]);
  expect([await dump.exit, dump.errors]).toEqual([0, []]);
  expect(dump.lines).toEqual(expect.arrayContaining(expected));
});

testWithTshark(`every filter of the tutorial is one, and most find something in the example${skipped}`, () => {
  const [, table = ''] = /^## Filters\n(.*?)^## /ms.exec(README) ?? [];
  const filters = [...table.matchAll(/^\| `(.*?)` +\|/gm)].map(([, filter = '']) => filter.replaceAll('\\|', '|'));
  expect(filters.length).toBeGreaterThan(6);
  const tshark = new Tshark();
  try {
    const found = filters.map((filter) => {
      const frames = tshark.fields(CAPTURE, ['frame.number'], filter, '-o', `parley.keylog:${KEYS}`);
      return { filter, frames: frames.length };
    });
    const none = found.filter(({ frames }) => frames === 0).map(({ filter }) => filter);
    expect(none).toEqual([
      'parley.took > 0.1',
      'parley.repeats',
      '_ws.expert.group == "Malformed"',
      'parley.fault.MalformedClientId',
    ]);
  } finally {
    tshark.close();
  }
});
