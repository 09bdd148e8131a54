/**
 * The machine in a file of the user's own: CommonJS, an ES module, or a config as JSON. The file is run, as its own program
 * would run it, in a process of its own (from.ts). Must never be here: how a machine is drawn.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, resolve } from 'node:path';
import { machineOfConfig } from '../../machines/configured';
import { DrawError } from './failure';
import { cleaned } from './formats/outline';
import { foreignPicture } from './foreign';
import { faultsOf } from './foreign-faults';
import type { Loaded } from './from';
import type { AnyStateNode } from './xstate-types';

/** Something that a file exports and that can be drawn. */
interface Found {
  readonly name: string;
  readonly value: object;
}

/**
 * @param source FILE or FILE:EXPORT, relative to the current folder
 * @throws DrawError the file cannot be read or run, or there is not exactly one machine meant
 */
export function readFrom(source: string): Loaded {
  const { file, wanted } = parted(source);
  const found = chosen(exportsOf(file), file, wanted);
  const name = found.name === 'default' ? basename(file, extname(file)) : found.name;
  // XState repeats there what the notes say.
  console.warn = () => undefined;
  try {
    const isConfigured = !isNode(found.value);
    const node = (isConfigured ? machineOfConfig(found.value) : found.value) as AnyStateNode;
    const faults = faultsOf(node);
    const [fault] = [...faults.wrong, ...(isConfigured ? faults.version5 : [])];
    if (fault !== undefined) throw new DrawError(fault);
    const picture = foreignPicture(node, node.id === UNNAMED ? name : undefined);
    const notes = [...faults.version5, ...faults.missing];
    return { picture: node.id === UNNAMED ? { ...picture, id: name } : picture, notes };
  } catch (error) {
    throw new DrawError(`${file}: ${found.name} cannot be drawn: ${reason(error)}`);
  }
}

/** XState's id of a machine that has none. */
const UNNAMED = '(machine)';

/** A colon may be part of a path. */
function parted(source: string): { readonly file: string; readonly wanted?: string } {
  const colon = source.lastIndexOf(':');
  if (existsSync(source) || colon <= 0) return { file: source };
  return { file: source.slice(0, colon), wanted: source.slice(colon + 1) };
}

function exportsOf(file: string): readonly Found[] {
  if (/\.[cm]?tsx?$/.test(file)) throw new DrawError(`${file} is TypeScript: compile it first, then give the .js file`);
  if (/\.(scxml|xml)$/.test(file))
    throw new DrawError(
      `${file} is SCXML, which is written here and not read: give the XState 4 machine as .js, .cjs or .mjs, or its config as .json`,
    );
  if (!existsSync(file)) throw new DrawError(`${file} does not exist`);
  return file.endsWith('.json') ? [{ name: 'default', value: parsed(file) }] : entries(loaded(file), file);
}

function parsed(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
    if (isConfig(value)) return value;
  } catch (error) {
    throw new DrawError(`${file} is not JSON: ${reason(error)}`);
  }
  throw new DrawError(`${file} is not the config of a machine: it has no "states"`);
}

/** Runs the file. */
function loaded(file: string): unknown {
  const path = resolve(file);
  try {
    return createRequire(path)(path) as unknown;
  } catch (error) {
    throw new DrawError(`${file} cannot be loaded: ${reason(error)}`);
  }
}

function entries(loadedModule: unknown, file: string): readonly Found[] {
  if (isDrawable(loadedModule)) return [{ name: 'default', value: loadedModule }];
  const all = typeof loadedModule === 'object' && loadedModule !== null ? Object.entries(loadedModule) : [];
  const machines = all.filter((entry): entry is [string, object] => isDrawable(entry[1]));
  if (machines.length > 0) return machines.map(([name, value]) => ({ name, value }));
  const newer = all.find(([, value]) => isVersion5(value)) ?? (isVersion5(loadedModule) ? ['the export'] : undefined);
  if (newer) throw new DrawError(`${file}: ${newer[0]} is a machine of XState 5; only XState 4 can be drawn`);
  const factory = isFunction(loadedModule) ? 'the export' : all.find(([, value]) => isFunction(value))?.[0];
  if (factory !== undefined && all.every(([, value]) => isFunction(value)))
    throw new DrawError(
      `${file}: ${cleaned(factory)} is a function: export the machine that it makes, such as exports.machine = make()`,
    );
  const names = all.map(([name]) => name);
  const has = names.length === 0 ? 'it exports nothing' : `its exports: ${names.map(cleaned).join(', ')}`;
  throw new DrawError(`${file} exports no XState 4 machine; ${has}`);
}

function chosen(found: readonly Found[], file: string, wanted: string | undefined): Found {
  const names = found.map(({ name }) => cleaned(name)).join(', ');
  if (wanted !== undefined) {
    const one = found.find(({ name }) => name === wanted);
    if (one) return one;
    throw new DrawError(`${file} exports no machine ${wanted}; its machines: ${names}`);
  }
  const [only] = found;
  if (only && found.length === 1) return only;
  const byDefault = found.find(({ name }) => name === 'default');
  // The same machine may be exported twice.
  if (byDefault && found.every(({ value }) => value === byDefault.value)) return byDefault;
  throw new DrawError(`${file} exports several machines: choose one with ${file}:NAME, of ${names}`);
}

function isDrawable(value: unknown): value is object {
  return isNode(value) || (!isVersion5(value) && isConfig(value));
}
function isNode(value: unknown): value is object {
  return isObject(value) && value.__xstatenode === true && Array.isArray(value.transitions);
}
function isVersion5(value: unknown): boolean {
  return (
    isObject(value) &&
    (typeof value.getInitialSnapshot === 'function' || ('root' in value && 'implementations' in value))
  );
}
/** A plain config: `states` is what every machine worth drawing has. */
function isConfig(value: unknown): value is object {
  return isObject(value) && isObject(value.states) && !('transition' in value);
}
function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The message of an error of somebody else's program, in one line. */
function reason(error: unknown): string {
  if (isObject(error) && error.code === 'ERR_REQUIRE_ASYNC_MODULE')
    return 'it waits (await) at its top level; export the machine without waiting';
  const message = isObject(error) && typeof error.message === 'string' ? error.message : String(error);
  return cleaned(message).trim().slice(0, LONGEST_REASON) || 'no reason given';
}
const LONGEST_REASON = 300;
