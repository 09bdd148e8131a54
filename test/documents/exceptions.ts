/** What the documents say that is not asked of our own programs, each with its reason. A row that nothing needs any more fails. */

/** Programs of others that command lines begin with. */
export const FOREIGN: Readonly<Record<string, string>> = {
  '../run/lg': 'the load generator: npx jest test/bench builds it',
  'apt-get': 'of the system',
  cat: 'of the shell',
  cd: 'of the shell',
  chmod: 'of the system',
  cp: 'of the system',
  docker: 'the container: test/binaries/image.test.ts',
  echo: 'of the shell',
  editor: 'of the system',
  head: 'of the system',
  install: 'of the system',
  jq: 'of the system',
  lg: 'the load generator',
  make: 'of the system',
  journalctl: 'of the system',
  man: 'of the system',
  node: 'a script is looked for',
  npm: 'its own subcommands; npm run and npm test are looked at',
  printf: 'of the shell',
  rm: 'of the system',
  sh: 'an empty shell, to go on in',
  systemctl: 'of the system',
  tcpdump: 'its filter is looked at',
  tshark: 'test/wireshark',
  useradd: 'of the system',
  wireshark: 'test/wireshark',
};

/** What the subcommands of npm may be, besides run. */
export const NPM = ['ci', 'install', 'link', 'ls', 'pack', 'run', 'test'];

/** The programs that a document is about: an option or a setting in its text must be one of theirs. Others: any program's. */
export const SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  'docs/client.md': ['parley-client'],
  'docs/client-api.md': ['parley-client'],
  'docs/conformance.md': ['parley-conform', 'parley-server'],
  'docs/conformance-client.md': ['parley-conform', 'parley-client'],
  'docs/operations.md': ['parley-server', 'parley-top', 'parley-keys', 'parley-history'],
  'docs/trace.md': ['parley-chart', 'parley-server', 'parley-client'],
  'docs/wireshark/README.md': ['parley-dump', 'parley-server', 'parley-client'],
  'bench/README.md': ['npm run bench'],
  'bench/baselines.md': ['npm run bench'],
  // Of the load generator, which is no program of ours that users run.
  'bench/loadgen/README.md': [],
};

/** What stands for something that the reader puts in, and what stands here in its place. */
export const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/^\[(.*)$/, '$1'],
  [/^(.*)\]$/, '$1'],
  [/^\.\.\.$/, 'alice'],
  [/\.\.\.$/, ''],
  [/^HOST:(?:PORT|4390)$/, '127.0.0.1:4390'],
  [/^ADDRESS$/, '127.0.0.1'],
  [/^(?:SECONDS|n)$/, '5'],
  [/^(?:ID|<Client-ID>)$/, 'alice'],
  [/^NAME=VALUE$/, 'T_DEAD_MS=60000'],
  [/^\/etc\/parley\/server\.yaml$/, '@/docs/operations/server.yaml'],
  [/^docs\//, '@/docs/'],
];

/** YAML of other programs, and words with a colon that are no setting. */
export const NOT_SETTINGS: readonly RegExp[] = [
  /^scrape_configs:/,
  // A line of a chat.
  /^alice: /,
  // Data of the exploration and of the kit.
  /^(?:reads|turns): '/,
  /^strict: true$/,
];

/** What an example takes as given, by its document. */
export const BEFORE: Readonly<Record<string, string>> = {
  'docs/client-api.md': 'declare const texts: readonly string[];',
};

export interface Exception {
  readonly document: string;
  /** As it stands there. */
  readonly text: string;
  readonly reason: string;
}
export const EXCEPTIONS: readonly Exception[] = [
  { document: 'docs/operations.md', text: '--some-name', reason: 'stands for every option' },
  {
    document: 'docs/operations.md',
    text: 'limits: { T_ACTIVITY_MS: 600000 }',
    reason: "what an operator gives to users: a client's setting",
  },
  { document: 'docs/operations.md', text: 'PARLEY_LIMIT_T_ACTIVITY_MS=600000', reason: 'the same' },
  {
    document: 'docs/decisions/0015-a-token-for-the-address.md',
    text: 'DATAGRAMS_PER_SECOND',
    reason: 'the limit that the decision took away',
  },
  { document: 'docs/decisions/0015-a-token-for-the-address.md', text: 'DATAGRAM_BURST', reason: 'the same' },
];

/** Command lines that are parsed and not carried out. */
export const NOT_RUN: readonly { readonly line: RegExp; readonly reason: string }[] = [
  {
    line: /^parley-server(?!.*--(?:check-config|print-config|version))/,
    reason: 'stays until it is stopped: test/binaries',
  },
  { line: /^parley-client/, reason: 'talks to a server: test/binaries' },
  { line: /^parley-conform/, reason: 'test/conform/documented.test.ts' },
  { line: /^parley-top/, reason: 'watches a server: test/binaries/watching.test.ts' },
  { line: /^parley-inspect/, reason: 'serves until it is stopped: test/inspector' },
  { line: /^parley-history prune(?!.*--yes)/, reason: 'asks: test/storage/pruning.test.ts' },
  { line: /^parley-diagrams$/, reason: 'draws everything: test/draw/generated.test.ts' },
  { line: /^demo/, reason: 'test/binaries/demo.test.ts' },
  { line: /^report/, reason: 'plays everything: test/report' },
];
