/** Every file that the commands write, given to every command that reads one of the others: it says who takes it. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../storage/sqlite';
import { scratch } from '../storage/files';
import { runCommand } from '../support/command';
import { logOn, stages } from './support';

const path = scratch();
const open = stages();
const EXAMPLE = join(__dirname, '../../docs/wireshark/example');

/** Which command takes which of them, and how it is named. */
const TAKEN = {
  trace: ['parley-chart', 'a trace (--trace), which parley-chart draws'],
  recording: ['parley-inspect', 'a recording (--record), which parley-inspect shows'],
  pcap: ['parley-dump', 'a capture, which parley-dump reads'],
  keys: ['', 'a key log (--keylog), which parley-dump takes as --keylog, beside a capture'],
  dump: ['', 'a dump (--dump), which every editor shows'],
  db: ['', "a server's database, which parley-history and parley-keys take as --data"],
} as const;

test('each file is called by its name, and its command takes it', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const written = ['dump', 'trace'].flatMap((kind) => [`--${kind}`, path(`it.${kind}`)]);
  await stage.startServer(...written, '--record', path('it.recording'), '--keylog', path('it.keys'));
  await logOn(stage.client('alice'));
  await stage.finish();
  openStore(path('it.db'), { create: true, durability: 'normal' }).close();
  copyFileSync(`${EXAMPLE}.pcap`, path('it.pcap'));
  for (const [kind, [taker, is]] of Object.entries(TAKEN)) {
    for (const reader of ['parley-chart', 'parley-inspect', 'parley-dump'].filter((name) => name !== taker)) {
      const { code, out, err } = await runCommand(reader, [`it.${kind}`], { cwd: path() });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err.startsWith(`${reader}: it.${kind} is ${is}`)).toBe(true);
    }
    if (kind === 'keys') continue;
    const { err } = await runCommand('parley-dump', ['it.pcap', '--keylog', `it.${kind}`], { cwd: path() });
    expect(err).toBe(`parley-dump: it.${kind} is ${is}\n`);
  }
  expect(await runCommand('parley-chart', ['it.trace'], { cwd: path() })).toMatchObject({ code: 0, err: '' });
  expect(await runCommand('parley-dump', ['it.pcap', '--keylog', 'it.keys'], { cwd: path() })).toMatchObject({
    code: 0,
  });
});
