/** A small story of real machines and drivers, as the records of its three processes tell it. */
import type { WireMessage } from '../../diagrams/inspector/protocol';
import { clientChat } from '../../machines/client/chat';
import { entriesOf, of, seqOf, smallStory, standing } from './support';

describe('a small story, seen from its three processes', () => {
  let world: Awaited<ReturnType<typeof smallStory>>;
  beforeAll(async () => {
    world = await smallStory();
  });

  /** A dump's line as the ladder has it. */
  const asLine = (line: string): string => line.replace(/^\S+ \S+ +(udp|tcp) /, '').replace(/ {2,}/g, ' ');

  test.each(['server', 'alice', 'bob'])('%s: all it did, in order, and where it ended', (name) => {
    const { recorder } = name === 'server' ? world.server : world.client(name);
    const all = entriesOf(recorder);
    expect(all.map(seqOf)).toEqual(all.map((_, i) => i + 1));
    const events = of(all, 'service.event');
    const states = of(all, 'service.state');
    // Every event is followed by its answer.
    expect(states.map(({ sessionId, parley }) => [sessionId, parley.seq - 1, parley.event])).toEqual(
      events.map(({ sessionId, parley, event }) => [
        sessionId,
        parley.seq,
        (JSON.parse(event) as { name: string }).name,
      ]),
    );
    for (const { state, parley } of states) {
      const { value } = JSON.parse(state) as { value: string | Record<string, string> };
      expect(typeof value === 'string' ? value : Object.entries(value)[0]?.join('.')).toBe(parley.to);
    }
    // Each step begins where the one before ended.
    const now = new Map(of(all, 'service.register').map(({ sessionId, parley }) => [sessionId, parley.state]));
    for (const { sessionId, parley } of states) {
      expect([sessionId, parley.from]).toEqual([sessionId, now.get(sessionId)]);
      now.set(sessionId, parley.to);
    }
    expect([...standing(all).values()]).toEqual([name === 'server' ? 'Wait for HELLO' : 'Offline']);
  });

  test.each(['server', 'alice', 'bob'])('%s: the ladder is the dump without its prefaces', (name) => {
    const { recorder, dumped } = name === 'server' ? world.server : world.client(name);
    const lines = of(entriesOf(recorder), 'service.message').map(({ parley }) => parley.line);
    const expected = dumped.filter((line) => !/ preface /.test(line)).map(asLine);
    expect(lines.map(withoutSize)).toEqual(expected.map(withoutSize));
    expect(lines.length).toBeGreaterThan(10);
  });
  /** Of a record with several messages a dump says the size once. */
  const withoutSize = (line: string): string => line.replace(/ (\d+ B|\+)$/, '');

  test('alice: the messages of the chart, who sent them, how, and what is underlined', () => {
    const wires = of(entriesOf(world.client('alice').recorder), 'service.message');
    const brief = ({ parley: { from, to, over, name, sealed, sent } }: WireMessage): string =>
      `${from}>${to} ${over} ${name}${sealed ? ' sealed' : ''}${sent ? ' sent' : ''}`;
    expect(wires.map(brief)).toEqual([
      'alice>S udp HELLO sent',
      'S>alice udp CHALLENGE',
      'alice>S udp RESPONSE sent',
      'S>alice udp AUTH_SUCCESS sealed',
      'alice>S tcp CONNECT sealed sent',
      'S>alice tcp CONNECTED sealed',
      'alice>S tcp CHAT_REQUEST sealed sent',
      'S>alice tcp CHAT_STARTED sealed',
      'alice>S tcp CHAT sealed sent',
      'S>alice tcp CHAT sealed',
      'S>alice tcp END_NOTIF sealed',
      'alice>S tcp CLOSE sealed sent',
    ]);
  });

  test('the texts are in it, as events and on the wire', () => {
    const all = entriesOf(world.server.recorder);
    const texts = of(all, 'service.event').flatMap(
      ({ event }) => (JSON.parse(event) as { data: { texts?: string[] } }).data.texts ?? [],
    );
    // To the connection, from there to its chat machine, and to that of the other.
    const [first, second] = ['Shall we meet at nine?', 'Grüße ☕'];
    expect(texts).toEqual([first, first, first, second, second, second]);
    const lines = of(all, 'service.message').map(({ parley }) => parley.line);
    expect(lines.filter((line) => /CHAT .*"Shall we meet at nine\?"/.test(line))).toHaveLength(2);
  });

  test('server: whose machine it is, as soon as that is known, and to which connection it belongs', () => {
    const all = entriesOf(world.server.recorder);
    const registers = of(all, 'service.register');
    const ids = new Map(registers.map(({ sessionId, id }) => [sessionId, id]));
    expect(registers.map(({ id, parent, parley }) => [id, ids.get(parent ?? ''), parley.client])).toEqual([
      ['#1 connection', undefined, ''],
      ['#2 connection', undefined, ''],
      ['#1 chat', '#1 connection', 'alice'],
      ['#1 history', '#1 connection', 'alice'],
      ['#3 connection', undefined, ''],
      ['#2 chat', '#2 connection', 'bob'],
      ['#2 history', '#2 connection', 'bob'],
    ]);
    const whose = of(all, 'service.state').map(({ sessionId, parley }) => [ids.get(sessionId), parley.client]);
    expect(new Set(whose.filter(([id]) => id === '#1 connection').map(([, client]) => client))).toEqual(
      new Set(['', 'alice']),
    );
    expect(of(all, 'service.stop').map(({ sessionId }) => ids.get(sessionId))).toEqual([
      '#1 chat',
      '#1 history',
      '#1 connection',
      '#2 chat',
      '#2 history',
      '#2 connection',
    ]);
  });

  test('client: its chat machine belongs to its connection', () => {
    const registers = of(entriesOf(world.client('bob').recorder), 'service.register');
    const [connection] = registers;
    expect(registers.map(({ id, parent, parley }) => [id, parent, parley.client, parley.machine])).toEqual([
      ['bob connection', undefined, 'bob', 'client connection'],
      ['bob chat', connection?.sessionId, 'bob', clientChat.id],
      ['bob history', connection?.sessionId, 'bob', 'client history'],
    ]);
  });
});
