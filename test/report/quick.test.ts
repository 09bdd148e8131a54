/**
 * A quick report, built for real: processes in pseudo-terminals, every file, every chapter, the same figures as in the data, no
 * key anywhere. And one whose scenario fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCENARIOS } from '../../bin/demo/scenarios';
import { Stage } from '../../bin/demo/stage';
import { buildReport, failedIn, type Built } from '../../diagrams/report/build';
import { htmlOf } from '../../diagrams/report/html/render';
import { pdfOfReport } from '../../diagrams/report/pdf/render';
import { reportOf } from '../../diagrams/report/report';
import { play, type Scenario } from '../../diagrams/report/play/play';
import { LIMITS } from '../../machines/limits';
import { MESSAGES } from '../../machines/messages';
import { corrections } from '../../diagrams/spec/drawings';
import { markupOf } from './xml';

const ROOT = join(__dirname, '../..');
const FILES = ['index.html', 'report.pdf', 'recording.cast', 'recording.svg'] as const;
const CHAPTERS = [
  'What the system does',
  'Background: challenge and response',
  'Set-up and configuration',
  'The protocol',
  'State machines',
  'Validation scenarios',
  'Results',
  'Issues met and how they were solved',
  'A recording of the code running',
  'About this report',
];
const SETTINGS = {
  title: 'A <title> & more',
  subtitle: 'S',
  course: 'C',
  authors: ['Ada', 'Alan'],
  date: '1 May 2026',
};
const PATIENCE = 120_000;

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parley-quick-'));
  folders.push(made);
  return made;
}
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

function build(scenarios: readonly Scenario[], out: string): Promise<Built> {
  const task = {
    root: ROOT,
    settings: SETTINGS,
    scale: 'quick',
    scenarios,
    openPiped: () => Stage.open(),
    runTests: false,
    say: () => undefined,
  } as const;
  return buildReport(task, out);
}

describe('a quick report', () => {
  const out = folder();
  let built: Built;
  let html = '';
  beforeAll(async () => {
    built = await build(SCENARIOS, join(out, 'new', 'folder'));
    html = readFileSync(join(out, 'new', 'folder', 'index.html'), 'utf8');
  }, PATIENCE);
  const file = (name: string): Buffer => readFileSync(join(out, 'new', 'folder', name));

  test('went as expected, on every screen', () => {
    expect(built.failed).toEqual([]);
    expect(built.facts.runs.map(({ scenario }) => scenario.id)).toEqual(['V1', 'V2']);
    for (const { acts } of [...built.facts.runs, built.facts.recorded.played]) {
      const checks = acts.filter(({ kind }) => kind === 'expects');
      expect(checks.length).toBeGreaterThanOrEqual(10);
      expect(checks.every((act) => act.kind === 'expects' && act.seen !== undefined)).toBe(true);
    }
  });

  test('the page is well formed, has every chapter, and loads nothing', () => {
    const { elements, text } = markupOf(html);
    expect(text).toContain(SETTINGS.title);
    for (const chapter of CHAPTERS) expect(text).toContain(chapter);
    for (const { name, attributes } of elements) {
      expect(['script', 'link', 'iframe', 'object', 'embed', 'use', 'image']).not.toContain(name);
      const { src, href, style = '' } = attributes;
      if (src !== undefined) expect(src).toMatch(/^data:image\//);
      if (href !== undefined) expect([name, href]).toEqual(['a', expect.stringMatching(/^(#|https?:)/)]);
      expect(style).not.toContain('url(');
    }
    const targets = new Set(elements.map(({ attributes }) => attributes['id']));
    const lost = elements
      .map(({ attributes: { href = '' } }) => href)
      .filter((href) => href.startsWith('#') && !targets.has(href.slice(1)));
    expect(lost).toEqual([]);
    expect(html).not.toMatch(/@import|url\(/);
  });

  test('without a result of the tests it says what to run first', () => {
    const { text } = markupOf(htmlOf(reportOf({ ...built.facts, tests: undefined })));
    expect(text).toMatch(
      /Not run yet on this checkout\. Run npm run check first.* npm run report again.*npm run report -- --tests/,
    );
  });

  test('figures are those of the data', () => {
    const { text } = markupOf(html);
    const { machine, runs, performance } = built.facts;
    expect(text).toContain(`${String(Object.keys(MESSAGES).length)} messages`);
    for (const name of Object.keys(MESSAGES)) expect(text).toContain(name);
    for (const [name, value] of Object.entries(LIMITS)) {
      expect(text).toContain(name);
      if (typeof value === 'number') expect(text).toContain(value.toLocaleString('en-US'));
    }
    for (const { id, resolution } of corrections) {
      expect(html).toContain(`<td>${id}</td>`);
      expect(text).toContain(resolution.slice(0, 20));
    }
    for (const value of [machine.node, machine.processor, machine.system]) expect(text).toContain(value);
    for (const { acts } of runs)
      for (const act of acts) expect(text).toContain(act.kind === 'types' ? act.line : act.seen);
    if (typeof performance === 'string') throw new Error(performance);
    const rate = Math.round((performance.burst.texts / performance.burst.milliseconds) * 1000);
    expect(text).toContain(`${rate.toLocaleString('en-US')} texts per second`);
    expect(text).toContain('Bytes');
    const sent = runs.flatMap(({ traces }) => traces.flatMap(({ entries }) => entries));
    const hello = sent.find((entry) => entry.kind === 'message' && entry.name === 'HELLO');
    expect(hello).toMatchObject({ size: 128 });
    expect(html).toMatch(/<strong>HELLO<\/strong>(?:.(?!<tr>))*<td class="right">128<\/td>/);
  });

  test('no key stands in any file', () => {
    const keys = [...built.facts.runs, built.facts.recorded.played].flatMap(({ keys: own }) => own);
    expect(keys).toHaveLength(6);
    const forms = keys.flatMap((key) => {
      expect(key).toMatch(/^[0-9a-f]{64}$/);
      const bytes = Buffer.from(key, 'hex');
      return [
        Buffer.from(key),
        Buffer.from(key.toUpperCase()),
        Buffer.from(bytes.toString('base64').slice(0, 43)),
        bytes,
      ];
    });
    const moving = /base64,([^"]+)"/.exec(html)?.[1] ?? '';
    for (const content of [...FILES.map(file), Buffer.from(moving, 'base64')]) {
      expect(content.length).toBeGreaterThan(1000);
      for (const form of forms) expect(content.includes(form)).toBe(false);
    }
  });

  test('the recording is that of the run', () => {
    const cast = file('recording.cast').toString();
    expect(cast).toContain('"version":2');
    expect(cast).toContain('Chat started');
    const { text } = markupOf(file('recording.svg').toString());
    expect(text).toContain('Chat ended');
  });

  const poppler = ['pdfinfo', 'pdffonts', 'pdftotext'].every((name) => spawnSync(name, ['-v']).error === undefined);
  if (!poppler) process.stderr.write('the PDF is not looked into: poppler-utils is not installed\n');
  (poppler ? test : test.skip)('the PDF: pages, embedded fonts, every chapter, the same words as the page', () => {
    const path = join(out, 'new', 'folder', 'report.pdf');
    const said = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });
    const info = said('pdfinfo', path);
    expect(info).toMatch(new RegExp(`^Pages: +${String(built.pages)}$`, 'm'));
    expect(info).toContain(SETTINGS.title);
    const fonts = said('pdffonts', path).trim().split('\n').slice(2);
    expect(fonts.length).toBeGreaterThanOrEqual(4);
    for (const font of fonts) expect(font).toMatch(/(Arimo|Cousine).* yes yes yes +\d+ +\d+$/);
    const text = said('pdftotext', '-layout', path, '-').replace(/\s+/g, ' ');
    for (const chapter of CHAPTERS) expect(text).toContain(chapter);
    for (const { id } of corrections) expect(text).toContain(` ${id} `);
    for (const name of Object.keys(LIMITS)) expect(text).toContain(name);
    expect(text).toContain('Ada, Alan');
  });

  test('a scenario that fails: the report says so in red, with the reason', async () => {
    const [v1, v2] = built.facts.runs;
    if (!v1 || !v2) throw new Error('two scenarios');
    const failing = await play({
      ...v2.scenario,
      play: async (scene) => {
        await scene.client('alice').enter('Log on');
        throw new Error('made to fail <&>');
      },
    });
    const facts = { ...built.facts, runs: [v1, failing] };
    expect(failedIn(facts)).toEqual(['V2']);
    const report = reportOf(facts);
    const page = htmlOf(report);
    markupOf(page);
    expect(page).toContain('<strong class="bad">failed</strong>');
    expect(page).toContain('<p class="note bad">Not as expected: made to fail &lt;&amp;&gt;</p>');
    expect((await pdfOfReport(report)).pages).toBeGreaterThan(10);
  });
});

describe('the command', () => {
  const run = (...args: string[]): { status: number | null; stderr: string } => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/bin/report.js'), ...args], {
      encoding: 'utf8',
      cwd: folder(),
    });
    return { status, stderr };
  };

  test('without settings it says what to do', () => {
    expect(run('--settings', 'none.yaml')).toEqual({
      status: 1,
      stderr: 'report: none.yaml cannot be read (ENOENT); name another with --settings FILE\n',
    });
  });

  test('with wrong settings it says what is wrong', () => {
    const file = join(folder(), 'wrong.yaml');
    writeFileSync(file, 'title: 7\n');
    const { status, stderr } = run('--settings', file);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^report: .*wrong\.yaml: "title" must be text\n$/);
  });
});
