/**
 * The 24 messages that were tried on @xstate/inspect's own server: 16 of them end its process, others stop the inspector for
 * everybody, are shown to other viewers as if a machine had sent them, or move machines. As text, with a name each.
 */
import { FRAME_MAX_BYTES } from '../../diagrams/inspector/protocol';

const json = (value: unknown): string => JSON.stringify(value);
const asEvent = (event: unknown): string => json({ type: 'xstate.event', event: json(event), service: '' });
/** A sessionId that any process is likely to have. */
const origin = 'x:0';

export const HOSTILE: readonly (readonly [string, string])[] = [
  // Its process ends (rows 1 and 2 of the findings)
  ['no JSON', '{oops'],
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '5'],
  ['a string', '"x"'],
  ['no command', '{}'],
  ['an event without an event', json({ type: 'xstate.event' })],
  ['an event that is no JSON', json({ type: 'xstate.event', event: '{oops' })],
  ['an event that is null', json({ type: 'xstate.event', event: 'null' })],
  ['an event without a name', asEvent({ data: {}, origin })],
  ['an event named *', asEvent({ name: '*', data: { type: '*' }, origin })],
  ['an event whose guard throws', asEvent({ name: 'M.CHAT', data: { type: 'M.CHAT' }, origin })],
  ['an error of a service', json({ type: 'error.platform.x', data: 'x' })],
  ['a frame that is too long', json({ type: 'xstate.event', event: 'x'.repeat(FRAME_MAX_BYTES) })],
  ['many megabytes', 'x'.repeat(5 << 20)],
  // It stops for everybody (row 3)
  ['disconnect', json({ type: 'disconnect' })],
  ['unload', json({ type: 'unload' })],
  ['xstate.stop', json({ type: 'xstate.stop' })],
  // Shown to the others (row 4)
  ['a state of nobody', json({ type: 'service.state', state: '{"value":"SPOOFED"}', sessionId: origin })],
  [
    'a machine of nobody',
    json({ type: 'service.register', machine: '{}', state: '{}', id: 'SPOOFED', sessionId: origin }),
  ],
  ['an end of nobody', json({ type: 'service.stop', sessionId: origin, id: 'SPOOFED' })],
  // A machine moves (row 4)
  ['an event for a machine', asEvent({ name: 'U.LOGON', data: { type: 'U.LOGON' }, origin })],
  ['an event of another alphabet', asEvent({ name: 'SPOOFED', data: { type: 'SPOOFED' }, origin })],
];
