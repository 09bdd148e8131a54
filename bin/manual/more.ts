/** What a manual page tells that a definition cannot: examples and files, by the name of the command. */

/** What is typed, or the path of a file, and what it is for. */
export type Line = readonly [line: string, about: string];
export interface More {
  readonly examples: readonly Line[];
  readonly files: readonly Line[];
}

const DATABASE: Line = [
  './parley.db',
  'subscribers with their keys, history and session numbers, with parley.db-wal and parley.db-shm beside it: --data',
];
const KEY_FILE: Line = ['./ID.key', 'the secret key of a subscriber, for its user alone (mode 0600)'];

export const MORE: Readonly<Record<string, More>> = {
  'parley-server': {
    examples: [
      ['parley-server', 'Serves this machine alone, UDP 4390, with ./parley.db.'],
      [
        'parley-server --config /etc/parley/server.yaml --check-config',
        'Says whether the settings are right, and starts nothing.',
      ],
      [
        'parley-server --host 192.0.2.10 --tcp-port 4391 --log-file server.log --status parley.sock',
        'Serves a network; who is connected is seen with parley-top --status parley.sock.',
      ],
    ],
    files: [
      DATABASE,
      ['./parley.db-lock', 'says which server has the database; it may stay when the server has ended'],
      ['/etc/parley/server.yaml', 'settings, where the service of docs/operations.md has them: --config'],
    ],
  },
  'parley-client': {
    examples: [
      ['parley-client alice', 'Opens the terminal of alice, for a server on this machine.'],
      [
        'parley-client alice --server 192.0.2.10:4390 --reconnect',
        'The same for another machine, and stays logged on.',
      ],
      ["printf 'Log on\\nChat bob\\nhello\\n' | parley-client alice", 'Says hello to bob, from a program.'],
      [
        'parley-client alice --script evening.txt',
        'Does what stands in a file; the exit code says whether all of it happened.',
      ],
    ],
    files: [
      ['./ID.key, ~/.config/parley/ID.key', 'the secret key of the user, with mode 0600: --key'],
      ['~/.config/parley/client.yaml', 'settings: --config'],
      ['ID.blocked', 'who may not call, beside the key'],
    ],
  },
  'parley-keys': {
    examples: [
      ['parley-keys add alice bob', 'Makes two subscribers, and alice.key and bob.key.'],
      ['parley-keys add alice --force', 'Gives alice a new key; connections made with the old one end.'],
      ['parley-keys backup backup.db', 'Copies everything while the server runs.'],
    ],
    files: [DATABASE, KEY_FILE],
  },
  'parley-history': {
    examples: [
      ['parley-history list', 'Shows who has written to whom.'],
      ['parley-history export alice bob --format html --out alice-bob.html', 'Writes what they said as a page.'],
      ['parley-history prune --before 2025-01-01 --yes', 'Removes what is older, for ever.'],
    ],
    files: [DATABASE],
  },
  'parley-top': {
    examples: [
      ['parley-top --status /run/parley/status.sock', 'Shows who is connected until q is typed.'],
      ['parley-top --once --sort bytes', 'Prints it once, the busiest first.'],
    ],
    files: [['./parley.sock', 'the socket that parley-server --status has made: --status']],
  },
  'parley-inspect': {
    examples: [['parley-inspect server.recording alice.recording', 'Shows both in one page, event by event.']],
    files: [],
  },
  'parley-diagrams': {
    examples: [
      ['parley-diagrams --format svg,pdf --out pictures', 'Draws every machine twice.'],
      ['parley-diagrams client-chat --level full --format ascii --out -', 'Prints one of them.'],
      ['parley-diagrams --from machine.js:lights --out pictures', 'Draws a machine of your own; the file is run.'],
    ],
    files: [],
  },
  'parley-chart': {
    examples: [
      ['parley-chart server.trace alice.trace bob.trace --out chart.svg', 'Draws one run, seen from all sides.'],
      ['parley-chart server.trace --client alice --phase connection', 'Prints the log-on of alice.'],
      ['parley-chart server.trace --coverage', 'Says which edges of the diagrams the run took.'],
    ],
    files: [],
  },
  'parley-dump': {
    examples: [
      ['parley-dump chat.pcap --keylog server.keys', 'Prints what was said, opened with the key log of the server.'],
      ['parley-dump chat.pcap --json', 'Prints what can be seen without keys, for a program.'],
    ],
    files: [],
  },
  'parley-conform': {
    examples: [
      ['parley-conform server --list', 'Shows what is checked.'],
      [
        'parley-conform server --server 127.0.0.1:4390 --key a.key b.key c.key',
        'Plays every check against a server that has these three subscribers.',
      ],
    ],
    files: [KEY_FILE],
  },
};
