#!/usr/bin/env node
/** parley-inspect: opens a recording in the inspector's page, without any process. No logic beyond serving it. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { join } from 'node:path';
import { serveRecording } from '../diagrams/inspector/recording';
import { systemRandom } from '../transport/security/random';
import { codeOf, UserError } from './failure';
import { refuseMistaken } from './mistaken';
import { port, run, withUsage } from './options';

const PAGE = join(__dirname, '..', 'diagrams', 'inspector', 'page.html');

export const command = withUsage(
  new Command('parley-inspect')
    .description(
      'Shows recordings (--record FILE of server and client, or exported by the page) in a page on 127.0.0.1.',
    )
    .argument('<file...>', 'recordings; several are shown together')
    .option('--port <port>', 'port of the page, 0 = chosen by the system', port, 0),
);

function read(file: string): string {
  refuseMistaken(file, 'recording', '; for the inspector start server and clients with --record FILE');
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read (${codeOf(error)})`);
  }
}

async function main(): Promise<void> {
  const recordings = command.args.map((file) => ({ file, content: read(file) }));
  const link = await serveRecording({
    recordings,
    page: PAGE,
    port: command.opts<{ port: number }>().port,
    random: systemRandom,
  }).catch((error: unknown) => {
    throw new UserError(
      error instanceof Error && 'code' in error
        ? `the page cannot be served (${codeOf(error)})`
        : (error as Error).message,
    );
  });
  process.stdout.write(`parley-inspect: ${link}\n`);
}

if (require.main === module) void run(command, main);
