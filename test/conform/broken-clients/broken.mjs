/**
 * The client program with one fault: `node broken.mjs FAULT` and then what parley-client takes. The fault is put into the built
 * program before it starts, so everything else is the real client. Must never be here: what finds the fault.
 */
import Module from 'node:module';
import { CHAT } from './chat.mjs';
import { LOG_ON } from './log-on.mjs';
import { pathOf } from './parts.mjs';
import { STREAM } from './stream.mjs';

const faults = { ...LOG_ON, ...STREAM, ...CHAT };
const [fault] = process.argv.splice(2, 1);
if (!Object.hasOwn(faults, fault)) throw new Error(`there is no fault ${fault}: ${Object.keys(faults).join(', ')}`);
faults[fault]();
process.argv[1] = pathOf('bin/parley-client');
Module.runMain();
