#!/usr/bin/env node
/** parley-conform: whether somebody's server or client speaks the protocol. Usage; what is played is in conform/. */
import { Command } from 'commander';
import { withClient } from './conform/client/command';
import { withServer } from './conform/server/command';
import { runAsync, withUsage } from './options';

const own = withUsage(new Command('parley-conform')).description(
  'Checks whether a server or client, in whatever language, speaks the protocol of docs/protocol.md.',
);

export const command = withClient(withServer(own));

if (require.main === module) void runAsync(command);
