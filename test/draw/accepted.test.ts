/**
 * The text formats of machines of other people: a corpus of large ones, of known hard ones and of any at all goes through the
 * programs for which the formats are made. Random ones print their seed; PARLEY_SEED=n plays them again.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { asciiOf } from '../../diagrams/draw/formats/ascii';
import { dotOf } from '../../diagrams/draw/formats/dot';
import { mermaidOf } from '../../diagrams/draw/formats/mermaid';
import { plantumlOf } from '../../diagrams/draw/formats/plantuml';
import { scxmlOf } from '../../diagrams/draw/formats/scxml';
import { randomOf, seeds } from '../binaries/support';
import { findChromium, launchChromium, NO_CHROMIUM } from '../browser/chromium';
import { anyMachine, deep, HARD, nested, pictureOf, regions, sink, tangle } from './corpus';
import { readBy, testWith } from './support';

jest.setTimeout(120_000);

const [seed = 0] = seeds(1);
const random = randomOf(seed);
const LARGE = [sink(300), tangle(100, 3, random), deep(60), nested(40, 7, random), regions(10, 30)].map(pictureOf);
const SMALL = [...HARD, sink(20), ...fc.sample(anyMachine, { numRuns: 8, seed })].map(pictureOf);
const ALL = [...LARGE, ...SMALL];

testWith('xmllint', 'apt install libxml2-utils')(`xmllint reads the SCXML of all (seed ${String(seed)})`, () => {
  const texts = ALL.map((picture) => scxmlOf(picture).replace(/^<\?xml.*?\?>/, ''));
  const all = `<all>${texts.join('\n')}</all>`;
  expect(readBy('xmllint', ['--noout', '--huge', '{}'], all, 'xml')).toEqual({ status: 0, said: '' });
});

testWith('dot', 'apt install graphviz')(
  `Graphviz reads the DOT of all, and draws small ones (seed ${String(seed)})`,
  () => {
    const read = (program: string, args: readonly string[], text: string): unknown =>
      readBy(program, [...args, '{}'], text, 'dot');
    // To lay out hundreds of states takes Graphviz minutes; it reads them at once.
    expect(read('nop', ['-p'], ALL.map(dotOf).join('\n'))).toEqual({ status: 0, said: '' });
    for (const picture of SMALL)
      expect([picture.title, read('dot', ['-Tsvg', '-o/dev/null'], dotOf(picture))]).toEqual([
        picture.title,
        { status: 0, said: '' },
      ]);
  },
);

testWith('plantuml', 'apt install plantuml')(`PlantUML reads small ones (seed ${String(seed)})`, () => {
  const texts = SMALL.map(plantumlOf).join('\n');
  expect(readBy('plantuml', ['-checkonly', '-failfast2', '{}'], texts, 'puml')).toMatchObject({ status: 0 });
});

const skipped = findChromium() === undefined ? ` (skipped: ${NO_CHROMIUM})` : '';
const withMermaid = skipped === '' ? test : test.skip;
withMermaid(`Mermaid reads all, and draws small ones (seed ${String(seed)})${skipped}`, async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent('<body></body>');
    await page.addScriptTag({ content: readFileSync(require.resolve('@mermaid-js/tiny'), 'utf8') });
    const asked = ALL.map((picture) => ({ text: mermaidOf(picture), drawn: SMALL.includes(picture) }));
    const said = await page.evaluate(answersOfMermaid, asked);
    expect(said.map((what, i) => `${ALL[i]?.title ?? ''}: ${what}`).filter((line) => !line.endsWith(': '))).toEqual([]);
  } finally {
    await browser.close();
  }
});

/** In the page. @returns what Mermaid says of each; empty if it reads or draws it */
async function answersOfMermaid(
  asked: readonly { readonly text: string; readonly drawn: boolean }[],
): Promise<string[]> {
  interface Mermaid {
    initialize(options: object): void;
    parse(text: string): Promise<unknown>;
    render(id: string, text: string): Promise<unknown>;
  }
  const { mermaid } = globalThis as unknown as { mermaid: Mermaid };
  mermaid.initialize({ startOnLoad: false, maxTextSize: 10_000_000, maxEdges: 100_000 });
  const answers: string[] = [];
  for (const [i, { text, drawn }] of asked.entries()) {
    try {
      await (drawn ? mermaid.render(`drawn${String(i)}`, text) : mermaid.parse(text));
      answers.push('');
    } catch (error) {
      answers.push(String(error));
    }
  }
  return answers;
}

test('where a name is that of several states a line of text says which: all names around it', () => {
  const region = { initial: 'off', states: { off: { on: { X: 'on' } }, on: { on: { X: 'off' } } } };
  const picture = pictureOf({ id: 'm', type: 'parallel', states: { lamp: region, fan: region, door: {} } });
  const targets = [...asciiOf(picture).matchAll(/-> (.*)$/gm)].map(([, to]) => to);
  expect(targets).toEqual(['m.lamp.on', 'm.lamp.off', 'm.fan.on', 'm.fan.off']);
});
