/** Every decoder of the project, for the tests here and for `npm run fuzz` (protocol 1.8; 7, 81). */
import { FILE_TARGETS } from './file-targets';
import { STREAM_TARGETS } from './stream-targets';
import type { Target } from './target';
import { WIRE_TARGETS } from './wire-targets';

export const TARGETS: readonly Target[] = [...WIRE_TARGETS, ...STREAM_TARGETS, ...FILE_TARGETS];
