/** The capture filter that docs/wireshark/README.md tells people to use: it catches the traffic of that server, and no other. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WIRE } from '../../machines/limits';
import { frame, type Packet } from '../dump/packets';

const README = readFileSync(join(__dirname, '../../docs/wireshark/README.md'), 'utf8');
const [, filter = ''] = /^sudo tcpdump .* '(.*)'$/m.exec(README) ?? [];
const tcpPort = Number(/^parley-server .*--tcp-port (\d+)/m.exec(README)?.[1]);

/** The filter as the kernel runs it; without the rights to capture on loopback there is no answer. */
const compiled = spawnSync('dumpcap', ['-d', '-i', 'lo', '-f', filter], { encoding: 'utf8' });
const usable = compiled.status === 0 && compiled.stdout.startsWith('(000)');
const why = usable ? '' : ' (skipped: dumpcap must be there and may capture on lo)';

/** Runs what dumpcap printed over a frame: the six instructions that filters for ports need. */
function catches(program: string, bytes: Buffer): boolean {
  const lines = program.trim().split('\n');
  let [a, x, at] = [0, 0, 0];
  for (;;) {
    const [, op = '', argument = '', then, otherwise] =
      /^\(\d+\) (\w+) +(\S.*?)(?: +jt (\d+)\tjf (\d+))?$/.exec(lines[at] ?? '') ?? [];
    const place = Number(/(\d+)\]/.exec(argument)?.[1]) + (argument.includes('x +') ? x : 0);
    const value = Number(argument.replace('#', ''));
    at++;
    if (op === 'ret') return value > 0;
    if (op === 'ldxb') x = 4 * ((bytes[place] ?? 0) & 15);
    else if (op === 'ldh') a = bytes.length < place + 2 ? 0 : bytes.readUInt16BE(place);
    else if (op === 'ldb') a = bytes[place] ?? 0;
    else if (op === 'jeq') at = Number(a === value ? then : otherwise);
    else if (op === 'jset') at = Number((a & value) === 0 ? otherwise : then);
    else throw new Error(`cannot be run here: ${lines[at - 1] ?? 'the end'}`);
  }
}

function packet(over: 'udp' | 'tcp', from: number, to: number, address: string): Packet {
  const tcp = over === 'tcp' ? { tcp: { seq: 1, ack: 0, flags: ['SYN' as const] } } : {};
  return { ms: 0, from: { address, port: from }, to: { address, port: to }, payload: Buffer.alloc(24), ...tcp };
}

(usable ? test : test.skip)(`both ports of the server, both ways, and nothing else${why}`, () => {
  for (const address of ['127.0.0.1', 'fd00::1']) {
    const caught = (over: 'udp' | 'tcp', from: number, to: number): boolean =>
      catches(compiled.stdout, frame(packet(over, from, to, address)));
    expect([caught('udp', 50_000, WIRE.UDP_PORT), caught('udp', WIRE.UDP_PORT, 50_000)]).toEqual([true, true]);
    expect([caught('tcp', 50_000, tcpPort), caught('tcp', tcpPort, 50_000)]).toEqual([true, true]);
    for (const other of [22, 80, 443, 5432, 50_001]) {
      expect([other, caught('tcp', 50_000, other), caught('udp', 50_000, other)]).toEqual([other, false, false]);
    }
  }
});

test('the filter names the ports of the server that the line before it starts', () => {
  expect(filter).toBe(`udp port ${String(WIRE.UDP_PORT)} or tcp port ${String(tcpPort)}`);
});
