/** The settings of a command for those who write a settings file: an example with every key, and a schema for editors. */
import type { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { keyOf, settingsOf, type Family, type SettingsPlan } from '../settings';
import { variableOf } from '../variables';

const WIDTH = 78;

/** Every key with its sentence and its default, each commented out. */
export function exampleOf(command: Command, plan: SettingsPlan, title: string): string {
  const families = plan.families ?? [];
  const blocks = settingsOf(command, families).map((option) => {
    const value = option.defaultValue as unknown;
    const example = value === undefined ? placeholder(option) : inline(value);
    const key = keyOf(option, plan);
    return `${comment(sentence(option, key))}#${key}: ${example}\n`;
  });
  const members = families.map(
    ({ mapping, defaults }) =>
      `${comment('Limits and timers (protocol appendix A); times are milliseconds.')}#${mapping}:\n` +
      Object.entries(defaults)
        .map(([name, value]) => `#  ${name}: ${inline(value)}\n`)
        .join(''),
  );
  return `${comment(title)}\n${[...blocks, ...members].join('\n')}`;
}

function sentence(option: Option, key: string): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(', ')})` : '';
  const text = `${option.description}${choices}.`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} Also ${variableOf(key)}.`;
}

function placeholder(option: Option): string {
  if (option.isBoolean() || option.negate) return 'false';
  return (/[<[](.*)[>\]]/.exec(option.flags)?.[1] ?? '').toUpperCase();
}

function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `# ${line}\n`).join('');
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}

/** JSON Schema (draft 07), as editors of YAML read it. */
export function schemaOf(command: Command, plan: SettingsPlan): string {
  const families = plan.families ?? [];
  const properties = Object.fromEntries([
    ...settingsOf(command, families).map((option) => [keyOf(option, plan), propertyOf(option)] as const),
    ...families.map((family) => [family.mapping, familyOf(family)] as const),
  ]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Settings of ${command.name()}`,
    type: 'object',
    additionalProperties: false,
    properties,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function propertyOf(option: Option): object {
  const common = {
    description: option.description,
    ...(option.defaultValue === undefined ? {} : { default: option.defaultValue as unknown }),
  };
  if (Array.isArray(option.defaultValue)) return { ...common, type: ['array', 'string'], items: { type: 'string' } };
  if (option.argChoices) return { ...common, enum: option.argChoices };
  if (option.isBoolean() || option.negate) return { ...common, type: 'boolean' };
  if (typeof option.defaultValue === 'number') return { ...common, type: 'number', minimum: 0 };
  return { ...common, type: option.optional ? ['string', 'number', 'boolean'] : ['string', 'number'] };
}

function familyOf({ defaults }: Family): object {
  const members = Object.entries(defaults).map(([name, value]) => {
    const list = { type: 'array', items: { type: 'number', minimum: 0 }, default: value };
    return [name, typeof value === 'number' ? { type: 'number', minimum: 0, default: value } : list] as const;
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(members) };
}
