#!/usr/bin/env node
/** `npm run diagrams`: draws every machine into diagrams/generated. No logic beyond that. */
import { join } from 'node:path';
import { generate } from '../diagrams/draw/generate';

const FOLDER = join(__dirname, '..', '..', 'diagrams', 'generated');

void generate(FOLDER).then((written) => {
  process.stdout.write(
    written.length === 0 ? 'diagrams/generated is up to date\n' : `written: ${written.join(', ')}\n`,
  );
});
