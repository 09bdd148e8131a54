/** What viewers say is parsed without ever throwing, and only in exactly the two forms; who may be a viewer at all. */
import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { isLocal, parseViewerMessage, parseWanted } from '../../diagrams/inspector/guard';
import { HOSTILE } from './hostile';

const INSPECTING = '{"type":"xstate.inspecting"}';
const event = (data: unknown, more: object = {}): string =>
  JSON.stringify({ type: 'xstate.event', event: JSON.stringify(data), ...more });

describe('what is understood', () => {
  test('inspecting, whatever else stands in it', () => {
    expect(parseViewerMessage(INSPECTING)).toEqual({ type: 'xstate.inspecting' });
    expect(parseViewerMessage('{"type":"xstate.inspecting","client":{"send":1}}')).toEqual({
      type: 'xstate.inspecting',
    });
  });

  test('an event, for the machine named outside or inside', () => {
    const scxml = { name: 'U.LOGON', data: { type: 'U.LOGON' }, $$type: 'scxml', type: 'external', origin: 'x:1' };
    for (const message of [event(scxml), event({ ...scxml, origin: 'x:9' }, { service: 'x:1' })]) {
      const parsed = parseViewerMessage(message);
      expect(parsed).toMatchObject({ type: 'xstate.event' });
      expect(parseWanted(parsed as never)).toEqual({ service: 'x:1', event: { type: 'U.LOGON' } });
    }
  });

  test('a payload, and nothing of what surrounds it', () => {
    const data = { type: 'U.CHAT', id: 'bob' };
    const parsed = parseViewerMessage(event({ name: 'other', data, origin: 'x:1', invokeid: 'z' }));
    expect(parseWanted(parsed as never)).toEqual({ service: 'x:1', event: data });
  });
});

test.each(HOSTILE)('hostile: %s', (_, message) => {
  const parsed = parseViewerMessage(message);
  if (typeof parsed === 'string') return expect(['not JSON', 'unknown command', 'malformed event']).toContain(parsed);
  if (parsed.type === 'xstate.inspecting') throw new Error('this is no greeting');
  const wanted = parseWanted(parsed);
  if (typeof wanted === 'string') return expect(wanted).toBe('malformed event');
  return expect(typeof wanted.event.type).toBe('string');
});

describe('total', () => {
  const understood = (data: string): void => {
    const parsed = parseViewerMessage(data);
    if (typeof parsed === 'string') return;
    expect(['xstate.inspecting', 'xstate.event']).toContain(parsed.type);
    if (parsed.type === 'xstate.inspecting') return;
    const wanted = parseWanted(parsed);
    if (typeof wanted === 'string') return;
    expect([typeof wanted.service, typeof wanted.event.type]).toEqual(['string', 'string']);
  };

  test('over any text', () => fc.assert(fc.property(fc.string({ unit: 'binary' }), understood), { numRuns: 500 }));

  test('over any JSON', () => fc.assert(fc.property(fc.json(), understood), { numRuns: 500 }));

  test('over what is nearly a message', () => {
    const odd = fc.oneof(
      fc.constantFrom('xstate.event', 'xstate.inspecting', '__proto__', 'constructor', '*', ''),
      fc.jsonValue(),
    );
    const inner = fc.oneof(
      fc.string(),
      fc
        .record({ name: odd, data: odd, origin: odd, type: odd, $$type: odd }, { requiredKeys: [] })
        .map(JSON.stringify),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    const outer = fc.record({ type: odd, event: fc.oneof(inner, odd), service: odd }, { requiredKeys: ['type'] });
    fc.assert(
      fc.property(outer, (message) => understood(JSON.stringify(message))),
      { numRuns: 1000 },
    );
  });

  test('however deep', () => {
    for (const deep of ['['.repeat(60_000), '{"a":'.repeat(10_000), `${'['.repeat(30_000)}${']'.repeat(30_000)}`]) {
      understood(deep);
      understood(event(deep));
    }
  });

  test('nothing gets into a prototype', () => {
    const data = '{"type":"U.LOGON","__proto__":{"spoofed":1},"constructor":{"prototype":{"spoofed":1}}}';
    const parsed = parseViewerMessage(JSON.stringify({ type: 'xstate.event', service: 'x:1', event: data }));
    const wanted = parseWanted(parsed as never);
    expect(typeof wanted === 'object' && Object.keys(wanted.event)).toEqual(['type', '__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['spoofed']).toBeUndefined();
  });
});

describe('only what is meant for this machine', () => {
  const local = (headers: Record<string, string>): boolean => isLocal({ headers } as unknown as IncomingMessage);
  const host = '127.0.0.1:4300';

  test.each(['127.0.0.1', '127.0.0.1:80', 'localhost:4300', '[::1]:4300'])('host %s', (host) => {
    expect(local({ host })).toBe(true);
  });

  test.each([
    '',
    'evil.example',
    'evil.example:4300',
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    '127.0.0.1:4300@evil.example',
    'user@127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:80:80',
    '10.0.0.1',
    '0.0.0.0',
    '127.0.0.1\nx',
    ' 127.0.0.1',
  ])('not host %j', (host) => {
    expect(local({ host })).toBe(false);
  });

  test('a host there must be', () => expect(local({})).toBe(false));

  test.each(['http://127.0.0.1:4300', 'http://localhost:9', 'https://127.0.0.1', 'http://[::1]:4300'])(
    'origin %s',
    (origin) => expect(local({ host, origin })).toBe(true),
  );

  test.each([
    '',
    'null',
    'http://evil.example',
    'https://evil.example:4300',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1:80@evil.example',
    'file://',
    'chrome-extension://abc',
    'ftp://127.0.0.1',
    'http://',
    'http://127.0.0.1/path',
    'HTTP://evil.example',
  ])('not origin %j', (origin) => {
    expect(local({ host, origin })).toBe(false);
  });

  test('total over any header', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (host, origin) => {
        expect(typeof local({ host, origin })).toBe('boolean');
      }),
    );
  });
});
