#!/usr/bin/env node
/** Writes manual pages, shell completions, the example of a settings file and its schema, all from the commands' definitions; and the list of checks. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { writeFile } from '../storage/file';
import { CLIENT_CHECKS } from './conform/client/checks';
import { listed } from './conform/client/judge';
import { SERVER_CHECKS } from './conform/server/checks/all';
import { checksPage } from './conform/table';
import { bash, fish, zsh } from './manual/completions';
import { manPage } from './manual/man';
import { manualOf } from './manual/model';
import { exampleOf, schemaOf } from './manual/settings';
import { command as chart } from './parley-chart';
import { command as client } from './parley-client';
import { command as conform } from './parley-conform';
import { command as diagrams } from './parley-diagrams';
import { command as dump } from './parley-dump';
import { command as history } from './parley-history';
import { command as inspect } from './parley-inspect';
import { program as keys } from './parley-keys';
import { command as server, SETTINGS } from './parley-server';
import { command as top } from './parley-top';
import { version } from './version';

/** Every command that is installed. */
export const COMMANDS: readonly Command[] = [
  server,
  client,
  keys(),
  history,
  top,
  inspect,
  diagrams,
  chart,
  dump,
  conform,
];

const EXAMPLE_TITLE =
  'Settings of parley-server, each with its default, or a word for it where there is none. Take away the "#" before a key ' +
  'that you change; parley-server --config FILE --check-config says whether the file is right.';

/** What is generated, by its path from the root of the project. */
export function generated(): Readonly<Record<string, string>> {
  const manuals = COMMANDS.map((command) => manualOf(command));
  const names = manuals.map(({ name }) => name);
  return {
    ...Object.fromEntries(manuals.map((manual) => [`docs/man/${manual.name}.1`, manPage(manual, version(), names)])),
    'docs/completions/parley.bash': bash(manuals),
    'docs/completions/_parley': zsh(manuals),
    'docs/completions/parley.fish': fish(manuals),
    'docs/conformance/client-checks.md': checksPage('client', CLIENT_CHECKS.map(listed)),
    'docs/conformance/server-checks.md': checksPage('server', SERVER_CHECKS),
    'docs/operations/server.yaml': exampleOf(server, SETTINGS, EXAMPLE_TITLE),
    'docs/operations/server.schema.json': schemaOf(server, SETTINGS),
  };
}

if (require.main === module) {
  for (const [file, content] of Object.entries(generated())) {
    mkdirSync(dirname(join(process.cwd(), file)), { recursive: true });
    writeFile(join(process.cwd(), file), 'replace', 'plain', content);
    process.stdout.write(`${file}\n`);
  }
}
