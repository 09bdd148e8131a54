/**
 * What the documents say is so: command lines, options, settings, limits, examples, data and links, in the checkout and in the package as
 * it is installed. What is not asked stands in exceptions.ts, with its reason.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { complaintsAbout, type Complaint, type Place } from './checks';
import { EXCEPTIONS } from './exceptions';
import { installed } from './package';
import { documentsIn, read } from './reader';
import { carriedOut, toRun, usedFolder } from './run';

const ROOT = join(__dirname, '../..');
const CHECKOUT: Place = { root: ROOT, kind: 'checkout' };
jest.setTimeout(300_000);

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const isExcepted = ({ document, text }: Complaint): boolean =>
  EXCEPTIONS.some((one) => one.document === document && one.text === text);
const told = ({ where, text, what }: Complaint): string => `${where}: ${text.split('\n')[0] ?? ''}: ${what}`;

test('what the documents of the checkout say is so, and every exception is needed', () => {
  const documents = documentsIn(ROOT);
  expect(documents.length).toBeGreaterThan(30);
  const complaints = complaintsAbout(documents, CHECKOUT);
  expect(complaints.filter((one) => !isExcepted(one)).map(told)).toEqual([]);
  const needed = complaints.filter(isExcepted).map(({ document, text }) => `${document}: ${text}`);
  expect(EXCEPTIONS.map(({ document, text }) => `${document}: ${text}`).filter((one) => !needed.includes(one))).toEqual(
    [],
  );
});

describe('in the package as it is installed', () => {
  let root = '';
  let used = '';
  beforeAll(async () => {
    root = installed();
    used = await usedFolder(root);
    folders.push(join(root, '../..'), used);
  });

  test('what its documents say is so', () => {
    const documents = documentsIn(root);
    expect(documents.map(({ path }) => path)).toEqual(documentsIn(ROOT).map(({ path }) => path));
    const complaints = complaintsAbout(documents, { root, kind: 'installed' });
    expect(complaints.filter((one) => !isExcepted(one)).map(told)).toEqual([]);
  });

  test('command lines that end by themselves do what they say', async () => {
    const lines = toRun(documentsIn(root), { root, kind: 'installed' });
    expect(lines.length).toBeGreaterThan(15);
    const failed: string[] = [];
    for (const line of lines) {
      const { code, err } = await carriedOut(line, root, used);
      const isMention = line.place === 'text' && /missing required|required option/.test(err);
      if (code !== 0 && !isMention)
        failed.push(`${line.where}: ${line.name} ${line.args.join(' ')}: ${String(code)} ${err}`);
    }
    expect(failed).toEqual([]);
  });
});

/** Each is one of a kind that a document got wrong, or could. */
const PLANTED: readonly (readonly [string, string, string, RegExp])[] = [
  ['an option that is not there', 'docs/x.md', '```sh\nparley-keys add alice --froce\n```', /unknown option '--froce'/],
  [
    'a limit that contradicts another',
    'docs/x.md',
    '`parley-client alice --limit T_GUARD_MS=400000`',
    /T_GUARD_MS \(400000\) must/,
  ],
  ['a limit of the other program', 'docs/operations.md', 'Say `--limit T_ACTIVITY_MS=20000`.', /limit of each client/],
  [
    'a limit of the other program, in a table',
    'README.md',
    '| option | of |\n| --- | --- |\n| `--limit T_ACTIVITY_MS=20000` | server, client |\n',
    /limit of each client/,
  ],
  ['a limit that is not there', 'docs/x.md', 'The limit `T_TEA_MS`.', /no such limit/],
  ['a variable that nobody reads', 'docs/x.md', 'Set `PARLEY_BOGUS`.', /no program reads this/],
  ['a variable with a wrong value', 'docs/client.md', 'Set `PARLEY_SERVER=a:b`.', /A server is HOST:PORT/],
  [
    'a variable of the other program',
    'docs/client.md',
    'Set `PARLEY_LIMIT_MESSAGES_PER_SECOND=1`.',
    /no program takes it/,
  ],
  ['a setting that is not there', 'docs/operations.md', 'Set `tcp-prot: 4391`.', /unknown key tcp-prot/],
  [
    'a settings file',
    'docs/operations.md',
    '```yaml\nhost: 192.0.2.10\nlimits:\n  T_DEAD_MS: 1\n```',
    /T_DEAD_MS \(1\) must/,
  ],
  ['a script that is not there', 'README.md', '`npm run dmeo -- V3`', /no script dmeo/],
  ['an option of a script', 'docs/proof.md', '`npm run fuzz -- --giuded`', /no option --giuded/],
  ['an argument of a script', 'README.md', '`npm run demo -- V9`', /scenarios are/],
  ['a test that is not there', 'docs/x.md', '`npx jest test/nowhere`', /no test is called test\/nowhere/],
  ['a program that is not there', 'docs/x.md', '```sh\nparley-kyes list\n```', /no parley-kyes/],
  ['a program of somebody else', 'docs/x.md', '```sh\nfrobnicate now\n```', /whose program is frobnicate/],
  [
    'a command behind others',
    'docs/x.md',
    "```sh\nsudo -u p sh -c 'cd /x && parley-keys bakcup $(date +%F).db'\n```",
    /unknown command 'bakcup'/,
  ],
  ['a filter for everything', 'docs/x.md', "```sh\nsudo tcpdump -w x 'udp port 4390 or tcp'\n```", /takes everything/],
  ['a link to nowhere', 'docs/x.md', '[there](operations/nothing.yaml)', /no docs\/operations\/nothing\.yaml/],
  ['an anchor that is not there', 'docs/x.md', '[there](operations.md#nothing)', /no heading or anchor nothing/],
  [
    'an example that does not compile',
    'docs/client-api.md',
    "```js\nimport { ChatClient } from 'parley/client';\nnew ChatClient({ id: 'a' }).sya('x');\n```",
    /'sya' does not exist/,
  ],
  [
    'an example with a limit of the server',
    'docs/client-api.md',
    "```js\nimport { ChatClient } from 'parley/client';\nnew ChatClient({ id: 'a', limits: { MESSAGES_PER_SECOND: 1 } });\n```",
    /MESSAGES_PER_SECOND/,
  ],
  ['a trace that is none', 'docs/trace.md', '```json\n{"format":"parley-trace","version":1}\n```', /./],
  ['YAML that is none', 'docs/x.md', '```yaml\nscrape_configs: [\n```', /./],
];

test('each kind of fault is seen', () => {
  const complaints = PLANTED.map(([kind, path, source, what]) => {
    const found = complaintsAbout([read(path, source)], CHECKOUT).filter((one) => !isExcepted(one));
    return found.some((one) => what.test(one.what)) ? '' : `${kind}: ${found.map(told).join('; ')}`;
  });
  expect(complaints.filter((one) => one !== '')).toEqual([]);
});
