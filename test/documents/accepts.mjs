/**
 * Whether the commands of an installed Parley take what they are given: their own parsers and settings are asked, and nothing is run.
 *
 *   node accepts.mjs ROOT    questions as JSON on standard input, answers as JSON on standard output
 */
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = process.argv[2];
const require = createRequire(join(root, 'package.json'));
const { Command } = require('commander');
const { settle } = require('./dist/bin/settings.js');
const loaded = new Map();

/** @returns the command, which does nothing but parse, and the plan of its settings */
function programOf(name) {
  if (!loaded.has(name)) {
    const { command, program, SETTINGS } = require(`./dist/bin/${name}.js`);
    // One without options is no command of commander's.
    const own = command ?? program?.() ?? new Command(name);
    silence(own);
    loaded.set(name, { command: own, plan: SETTINGS });
  }
  return loaded.get(name);
}

function silence(command) {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  // One without parts and without an action is its own action.
  if (command.commands.length === 0) command.action(() => undefined);
  command.commands.forEach(silence);
}

/** Whether the command, or a part of it, has this option. */
function has(command, option) {
  return (
    command.options.some(({ long, short }) => long === option || short === option) ||
    option === '--help' ||
    command.commands.some((part) => has(part, option))
  );
}

/** @returns what is wrong; empty if nothing is */
function answer({ program, option, args, env = {}, settings = false }) {
  if (!existsSync(join(root, 'dist/bin', `${program}.js`))) return `there is no ${program}`;
  const { command, plan } = programOf(program);
  if (option !== undefined) return has(command, option) ? '' : `${program} has no option ${option}`;
  const said = [];
  const write = { out: process.stdout.write, err: process.stderr.write };
  process.stdout.write = () => true;
  process.stderr.write = (text) => (said.push(String(text)), true);
  try {
    command.parse(args, { from: 'user' });
    if (plan !== undefined) settle(command, { ...plan, file: undefined }, env);
    else if (settings) said.push(`${program} has no settings`);
  } catch (error) {
    if (error.exitCode !== 0) said.push(error.message);
  } finally {
    process.stdout.write = write.out;
    process.stderr.write = write.err;
  }
  return said.join(' ').trim();
}

writeSync(1, JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answer)));
