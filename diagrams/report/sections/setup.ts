/** Set-up and configuration: the machine as measured, the packages as installed, the limits as they stand in the code. */
import { WIRE } from '../../../machines/limits';
import { code, heading, line, list, paragraph, plain, type Block, type Line } from '../blocks';
import { limitsWithReasons } from '../data/limits';
import type { Package } from '../data/machine';
import type { Facts } from '../facts';
import { SIZES } from '../play/stage';
import { bytes, moment } from './words';

export function setup(facts: Facts): Block[] {
  return [
    heading(1, 'Set-up and configuration'),
    heading(2, 'The machine'),
    paragraph(
      'Every run, screen and figure of this report is from this machine. It was asked for these values when the report was made.',
    ),
    machineTable(facts),
    heading(2, 'Compile and run'),
    paragraph('Node.js and npm are all that must be there. On a fresh checkout:'),
    {
      kind: 'code',
      text: [
        'npm ci',
        'npm run keys -- add alice bob    # subscribers: a secret key each, in parley.db and in alice.key, bob.key',
        'npm run server                   # terminal 1',
        'npm run client -- alice          # terminal 2',
        'npm run client -- bob            # terminal 3',
      ].join('\n'),
    },
    list([
      `The server listens on 127.0.0.1, UDP port ${String(WIRE.UDP_PORT)}, and on a TCP port that the system chooses; clients learn it from AUTH_SUCCESS. \`--host\`, \`--udp-port\` and \`--tcp-port\` change this, \`--server HOST:PORT\` tells a client.`,
      'Subscribers, their keys, the history and the numbers of sessions are in one SQLite file, `parley.db`. A client has its key in a file of its own, which only its owner may read.',
      '`--limit NAME=VALUE` changes a timer or a limit ([[limits]]). When a program starts it checks the conditions between them.',
      '`--dump FILE`, `--trace FILE` and `--log-level debug` show what happens; `--inspect` shows it live in a browser. This report is made without one, so it has no picture of that page: they are in docs/images, and `npm run screenshots` takes them anew where Chromium is installed.',
    ]),
    heading(2, 'How the scenarios were run'),
    paragraph(
      `For this report one server and the clients of each scenario were started as processes of their own on the loopback interface, each in a pseudo-terminal (${sizes('server')} for the server, ${sizes('client')} for a client), with fresh keys and an empty data file. Keys were pressed one by one, the next when the screen showed the one before. Nothing waits for time: a step is over when the screen shows what is expected. The screens are those of a terminal emulator (xterm.js) that was fed with every byte the processes wrote.`,
    ),
    heading(2, 'Packages'),
    packageTable(facts, 'runs with it', 'packages'),
    packageTable(facts, 'developed with it', 'packages-dev'),
    heading(2, 'The source'),
    sourceTable(facts),
    heading(2, 'Timers and limits'),
    limitTable(facts),
  ];
}

function sizes(role: keyof typeof SIZES): string {
  const { columns, rows } = SIZES[role];
  return `${String(columns)} columns and ${String(rows)} rows`;
}

function machineTable({ machine, made }: Facts): Block {
  const rows: readonly (readonly [string, string])[] = [
    ['Operating system', machine.system],
    ['Processor', `${machine.processor}, ${String(machine.cores)} logical cores`],
    ['Memory', bytes(machine.memoryBytes)],
    ['Node.js', `${machine.node} (OpenSSL ${machine.openssl})`],
    ['npm', machine.npm],
    ['Source', machine.commit === undefined ? 'no git repository' : `commit ${machine.commit}`],
    ['Report made', moment(made)],
  ];
  return {
    kind: 'table',
    id: 'machine',
    caption: 'The machine, measured.',
    head: ['What', 'Value'],
    rows: rows.map((row) => row.map(plain)),
    widths: [28, 72],
  };
}

/** Two packages in a row: the list is long and narrow. */
function packageTable({ packages }: Facts, use: Package['use'], id: string): Block {
  const own = packages.filter((one) => one.use === use);
  const half = Math.ceil(own.length / 2);
  const cells = (one: Package | undefined): Line[] => (one ? [code(one.name), plain(one.version)] : [[], []]);
  const rows = own.slice(0, half).map((one, i) => [...cells(one), ...cells(own[half + i])]);
  return {
    kind: 'table',
    id,
    caption:
      use === 'runs with it'
        ? 'Packages that the programs use, as installed.'
        : 'Packages for building, testing and this report, as installed.',
    head: ['Package', 'Version', 'Package', 'Version'],
    rows,
    widths: [34, 16, 34, 16],
  };
}

const CONTENTS: Readonly<Record<string, string>> = {
  machines: 'what the protocol is: messages, limits, faults, the six machines; pure',
  transport: 'how it touches the wire: codec, keys and sealing, sockets, drivers',
  storage: 'what lasts: subscribers, history, session numbers',
  diagrams: 'state tables as data, drawings, charts, the inspector, this report',
  bin: 'the commands',
  test: 'the proof',
};
export const FOLDERS = Object.keys(CONTENTS);

function sourceTable({ folders }: Facts): Block {
  const rows = folders.map(({ name, files, lines }) => [
    code(`${name}/`),
    line(CONTENTS[name] ?? ''),
    plain(String(files)),
    plain(lines.toLocaleString('en-US')),
  ]);
  return {
    kind: 'table',
    id: 'source',
    caption: 'Folders of the source, counted (TypeScript only).',
    head: ['Folder', 'Content', 'Files', 'Lines'],
    rows,
    widths: [16, 60, 10, 14],
    right: [2, 3],
  };
}

function limitTable({ documents }: Facts): Block {
  const rows = limitsWithReasons(documents.limits).map(({ name, value, why }) => [
    code(name),
    plain(value),
    plain(why),
  ]);
  return {
    kind: 'table',
    id: 'limits',
    caption: 'Timers and limits with their reasons, from machines/limits.ts; 0 switches a rate limit off.',
    head: ['Name', 'Value', 'Why'],
    rows,
    widths: [35, 21, 52],
  };
}
