/** The text formats: golden texts, any names at all, and the programs for which the formats are made. */
import { join } from 'node:path';
import fc from 'fast-check';
import { asciiOf } from '../../diagrams/draw/formats/ascii';
import { dotOf } from '../../diagrams/draw/formats/dot';
import { jsonOf } from '../../diagrams/draw/formats/json';
import { mermaidOf } from '../../diagrams/draw/formats/mermaid';
import { plantumlOf } from '../../diagrams/draw/formats/plantuml';
import { scxmlOf } from '../../diagrams/draw/formats/scxml';
import { allPictures } from '../../diagrams/draw/machines';
import type { Picture } from '../../diagrams/draw/picture';
import { anyPicture, everything, readBy, testWith } from './support';

const SMCAT = join(__dirname, '..', '..', 'node_modules', 'state-machine-cat', 'dist', 'cli', 'main.mjs');
const pictures = [everything, ...allPictures().map(({ picture }) => picture)];

describe('golden', () => {
  test('mermaid', () => expect(mermaidOf(everything)).toMatchSnapshot());
  test('dot', () => expect(dotOf(everything)).toMatchSnapshot());
  test('plantuml', () => expect(plantumlOf(everything)).toMatchSnapshot());
  test('scxml', () => expect(scxmlOf(everything)).toMatchSnapshot());
  test('ascii', () => expect(asciiOf(everything)).toMatchSnapshot());
  test('json holds the whole picture and its version', () => {
    expect(JSON.parse(jsonOf(everything))).toEqual({ format: 'parley-picture', version: 1, ...everything });
  });
});

/** Labels of edges as Mermaid shows them: its entities are `#number;`. */
function mermaidLabels(text: string): string[] {
  const decoded = (label: string): string =>
    label.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  return text.split('\n').flatMap((line) => {
    const [, label] = /^ +s_\w* --> s_\w* : (.*)$/.exec(line) ?? [];
    return label === undefined ? [] : label.split('<br/>').map(decoded);
  });
}

describe('any names', () => {
  test('mermaid: every line is one of the few forms, and the labels come back', () => {
    const id = 's_\\w*';
    const words = `(?:[^"<>:;#%\`{}]|#\\d+;|<br/>)*`;
    const forms = new RegExp(
      `^(stateDiagram-v2|  %% [^{}]*| *state "${words}" as ${id}| *state ${id} \\{| *\\}| *--| *(\\[\\*\\]|${id}) --> (\\[\\*\\]|${id})( : ${words})?| *${id} : ${words})?$`,
      'u',
    );
    fc.assert(
      fc.property(anyPicture, (picture) => {
        const text = mermaidOf(picture);
        expect(text.split('\n').filter((line) => !forms.test(line))).toEqual([]);
        expect(mermaidLabels(text)).toHaveLength(picture.edges.length);
      }),
    );
    expect(mermaidLabels(mermaidOf(everything))).toContain('Break "it": <now>; #1 / Say 100 % (E1)');
  });

  test('json comes back', () => {
    fc.assert(fc.property(anyPicture, (picture) => expect(JSON.parse(jsonOf(picture))).toMatchObject(picture)));
  });

  test('ascii: no line is longer than 80 characters, and there is a line for each state', () => {
    fc.assert(
      fc.property(anyPicture, (picture) => {
        const lines = asciiOf(picture).split('\n');
        expect(lines.filter((line) => line.length > 80 || /\p{Cc}/u.test(line))).toEqual([]);
        expect(lines.length).toBeGreaterThan(picture.states.length + picture.edges.length);
      }),
    );
  });
});

/** A program reads all our pictures and some with names of any kind. */
function reads(
  format: (picture: Picture) => string,
  read: (text: string) => { status: number | null; said: string },
): void {
  for (const picture of pictures)
    expect([picture.title, read(format(picture))]).toEqual([picture.title, expect.objectContaining({ status: 0 })]);
  fc.assert(
    fc.property(anyPicture, (picture) => expect(read(format(picture))).toMatchObject({ status: 0 })),
    { numRuns: RUNS },
  );
}
/** A program starts for each. */
const RUNS = 8;

describe('real programs', () => {
  testWith('xmllint', 'apt install libxml2-utils')('xmllint reads SCXML', () => {
    reads(scxmlOf, (text) => readBy('xmllint', ['--noout', '{}'], text, 'scxml'));
  });

  test('state-machine-cat reads SCXML and finds every state', () => {
    const json = readBy(
      process.execPath,
      [SMCAT, '-I', 'scxml', '-T', 'json', '{}', '-o', '-'],
      scxmlOf(everything),
      'scxml',
    );
    expect(json.status).toBe(0);
    for (const name of ['s_Off', 's_On', 's_light', 's_dim', 's_last', 's_fan', 's_Gone'])
      expect(json.said).toContain(`"${name}"`);
    expect(json.said).toContain('deephistory');
    for (const picture of pictures)
      expect(
        readBy(process.execPath, [SMCAT, '-I', 'scxml', '-T', 'json', '{}', '-o', '-'], scxmlOf(picture), 'scxml')
          .status,
      ).toBe(0);
  }, 120_000);

  testWith('dot', 'apt install graphviz')('Graphviz reads DOT without a warning', () => {
    reads(dotOf, (text) => {
      const { status, said } = readBy('dot', ['-Tsvg', '-o/dev/null', '{}'], text, 'dot');
      return { status: said === '' ? status : -1, said };
    });
  });

  testWith('plantuml', 'apt install plantuml')('PlantUML reads its text', () => {
    const texts = [...pictures.map(plantumlOf), ...fc.sample(anyPicture, { numRuns: 40, seed: 1 }).map(plantumlOf)];
    expect(readBy('plantuml', ['-checkonly', '-failfast2', '{}'], texts.join('\n'), 'puml')).toMatchObject({
      status: 0,
    });
  });
});
