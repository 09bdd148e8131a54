/** What the tests of pictures share: programs of the system that read our files, and a picture with names of any kind. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Picture } from '../../diagrams/draw/picture';

/** A test that needs a program; without it, it is skipped and says what to install. */
export function testWith(program: string, install: string): (name: string, body: () => void | Promise<void>) => void {
  const found = spawnSync(program, ['--version'], { timeout: 30_000 }).error === undefined;
  return (name, body) => {
    if (found) test(name, async () => body(), 120_000);
    else test.skip(`${name} (needs ${program}: ${install})`, async () => body());
  };
}

/** Runs a program on a file with this content. @returns exit status and everything it said; {} stands for the file */
export function readBy(
  program: string,
  args: readonly string[],
  content: string | Uint8Array,
  ending: string,
): { readonly status: number | null; readonly said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'parley-draw-'));
  try {
    const file = join(folder, `picture.${ending}`);
    writeFileSync(file, content);
    const done = spawnSync(
      program,
      args.map((arg) => (arg === '{}' ? file : arg)),
      { encoding: 'utf8', timeout: 100_000 },
    );
    return { status: done.status, said: `${done.stdout}${done.stderr}`.replaceAll(folder, '') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names that a language could stumble over. */
const NASTY = [
  '"',
  "'",
  '<b>',
  '&amp;',
  ':',
  ';',
  '#',
  '%%',
  '--',
  '//',
  '\\n',
  '`',
  '{',
  '}',
  '[*]',
  '-->',
  '\n',
  '\t',
  '\u0000',
  '@enduml',
  '!include x',
  'end',
  'state',
  ']]>',
  '<!--',
  '日本語',
  'Ωμέγα',
  'עברית',
  '🙂',
  '\uD800',
  '~',
  '""',
  '__',
  '<<end>>',
  '|',
  '*',
  '$x',
  '%date()',
  '<U+0041>',
  '',
];
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.constantFrom(...NASTY, 'a', ' ', 'B'), { maxLength: 5 }).map((parts) => parts.join('')),
);

/** Two outer states, one with two inside, and edges between them, all with these names. */
export const anyPicture: fc.Arbitrary<Picture> = fc
  .array(anyName, { minLength: 24, maxLength: 24 })
  .map((names): Picture => {
    const name = (i: number): string => names[i] ?? '';
    const edge = (id: string, from: string, to: string, i: number): Picture['edges'][number] => ({
      id,
      from,
      to,
      trigger: [name(i), name(i + 1)],
      actions: [name(i + 2), name(i + 3)],
      origin: null,
      reactions: [{ event: name(i), guard: name(i + 1) }],
      covers: [],
    });
    return {
      id: name(0),
      title: name(1),
      initial: 'a',
      states: [
        { id: 'a', label: name(2), entry: [name(3)], exit: [name(4)], invokes: [name(5)] },
        { id: 'b', label: name(6) },
        { id: 'b1', label: name(7), parent: 'b', initial: true },
        { id: 'b2', label: name(8), parent: 'b', final: true },
      ],
      edges: [edge('e0', 'a', 'b', 9), edge('e1', 'b1', 'b2', 13), edge('e2', 'b', 'a', 17), edge('e3', 'a', 'a', 20)],
    };
  });

/** Fixed picture: every kind of state and edge once. */
export const everything: Picture = {
  id: 'everything',
  title: 'Everything',
  initial: 'off',
  states: [
    { id: 'off', label: 'Off', entry: ['Rest'] },
    { id: 'on', label: 'On', kind: 'parallel' },
    { id: 'on.light', label: 'light', parent: 'on' },
    { id: 'on.light.dim', label: 'dim', parent: 'on.light', initial: true },
    { id: 'on.light.last', label: 'last', parent: 'on.light', kind: 'deep history' },
    { id: 'on.fan', label: 'fan', parent: 'on', invokes: ['blow'] },
    { id: 'end', label: 'Gone', final: true },
  ],
  edges: [
    {
      id: 'e0',
      from: 'off',
      to: 'on',
      trigger: ['Press'],
      actions: ['Click', 'Hum'],
      origin: 'SPEC',
      reactions: [{ event: 'PRESS', guard: 'powered' }],
      covers: [],
    },
    {
      id: 'e1',
      from: 'on.light.dim',
      to: 'on.light.dim',
      trigger: ['Turn', 'Tap'],
      actions: [],
      origin: 'EXT',
      stays: true,
      reactions: [{ event: 'TURN' }, { event: 'TAP' }],
      covers: [],
    },
    {
      id: 'e2',
      from: 'on',
      to: 'end',
      trigger: ['Break "it": <now>; #1'],
      actions: ['Say 100 %'],
      origin: 'TEAM',
      remark: 'E1',
      covers: [],
    },
    {
      id: 'e3',
      from: 'off',
      to: 'on.light.last',
      trigger: ['Always'],
      actions: [],
      origin: 'PE',
      reactions: [{ event: '' }],
      covers: [],
    },
  ],
};
