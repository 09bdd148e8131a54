/**
 * docs/proof.md: every count that the code has is this one, and every command is there. Must never be here: what only a run can
 * say.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BROKEN } from '../conform/broken/all';
import { allCells } from '../exploration/cells';
import { planted } from '../exploration/plants';
import { scenarios } from '../exploration/scenarios';
import { unreached } from '../exploration/unreached';
import { TARGETS } from '../fuzz/targets';
import { mutantsOf } from '../mutation/mutants';
import { PLANTED } from '../simulation/plants';
import { machines } from '../spec/machines';

const ROOT = join(__dirname, '../..');
const proof = readFileSync(join(ROOT, 'docs/proof.md'), 'utf8').replaceAll(/\s+/g, ' ');

const alternatives = allCells();
const cells = new Set(alternatives.map(({ name }) => name.replace(/ \| \d+$/, '')));
const small = scenarios.filter(({ budget }) => budget === 'small');
const mutants = machines.flatMap(mutantsOf).length.toLocaleString('en');
const [all, reached] = [alternatives.length, alternatives.length - unreached.size].map(String);

test.each([
  `${String(cells.size)} cells with ${all ?? ''} alternatives`,
  `${String(small.length)} scenarios, all complete`,
  `${reached ?? ''} of ${all ?? ''} alternatives reached`,
  `${String(planted.length)} of ${String(planted.length)} found, each as a violation`,
  `${mutants} mutants:`,
  `${String(PLANTED.length)} of ${String(PLANTED.length)} found within`,
  `${String(TARGETS.length)} decoders, no finding`,
  `${String(BROKEN.length)} servers with one fault each`,
])('"%s" stands there', (words) => expect(proof).toContain(words));

test('every command is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).map((file) => `test/${file}`);
  const commands = [...proof.matchAll(/`([^`]*(?:npx jest|npm run|node) [^`]+)`/g)].map(([, command = '']) => command);
  expect(commands.length).toBeGreaterThan(20);
  const missing = commands.filter((command) => {
    const [, script] = /npm run (\S+)/.exec(command) ?? [];
    if (script !== undefined) return !Object.hasOwn(scripts, script);
    const [, path = 'none'] = /(test\/\S+)/.exec(command) ?? [];
    return !files.some((file) => file.startsWith(path) && /\.(test\.ts|mjs)$/.test(file));
  });
  expect(missing).toEqual([]);
});
