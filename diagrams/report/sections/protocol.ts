/** The protocol: every message from the table that the codec walks, every byte from the protocol document, a run as it went. */
import { MESSAGES, rowOf, type MessageName } from '../../../machines/messages';
import { heading, line, note, paragraph, plain, type Block } from '../blocks';
import { blocksOf, section } from '../data/markdown';
import type { Facts } from '../facts';
import type { Played } from '../play/play';

/** The assignment's fifteen. */
const ADDED: readonly MessageName[] = ['HISTORY_END', 'KEEPALIVE', 'CLOSE'];

export function protocol(facts: Facts): Block[] {
  const { protocol: document } = facts.documents;
  const part = (number: string, title: string, id: string): Block[] => [
    heading(2, title),
    ...blocksOf(section(document, `${number} `), { id, caption: title }),
  ];
  return [
    heading(1, 'The protocol'),
    paragraph(
      "The assignment gives the messages and leaves their syntax to us. It is a binary format of our own, because every message then has exactly one encoding, no length is believed before it was compared with a fixed limit, and it is small enough to be tested completely. The sections on bytes below are taken from the protocol document of the project (docs/protocol.md), which is enough to write a client of one's own; the tables of messages are made from the table that the codec itself walks.",
    ),
    heading(2, 'The messages'),
    messageTable(facts),
    note(
      'plain',
      `${ADDED.join(', ')} are additions to the assignment's messages; each does what none of those can: mark the end of a list, show that a peer is alive, prove that the end of a stream is genuine.`,
    ),
    ...part('1.3', 'Fields', 'fields'),
    ...part('1.4', 'Datagrams', 'datagrams'),
    ...part('1.5', 'The TCP stream', 'stream'),
    ...part('2.4', 'Key schedule', 'schedule'),
    ...part('1.8', 'Bad input', 'bad-input'),
  ];
}

function messageTable({ runs }: Facts): Block {
  const sizes = sizesOf(runs);
  const rows = (Object.keys(MESSAGES) as MessageName[]).map((name) => {
    const { code, from, over, sealed, fields, extensions = {} } = rowOf(name);
    const direction = from === 'both' ? 'both' : from === 'client' ? 'C → S' : 'S → C';
    const all = [
      ...Object.entries(fields),
      ...Object.entries(extensions).map(([key, { kind }]) => [`+${key}`, kind] as const),
    ];
    const size = sizes.get(name);
    return [
      plain(code.toString(16).toUpperCase().padStart(2, '0')),
      line(`**${name}**${ADDED.includes(name) ? ' (added)' : ''}`),
      plain(direction),
      plain(over.toUpperCase()),
      plain(sealed ? 'yes' : 'no'),
      plain(all.map(([key, kind]) => `${key}: ${kind}`).join(', ')),
      plain(size === undefined ? 'not seen' : size),
    ];
  });
  return {
    kind: 'table',
    id: 'messages',
    caption:
      'Every message, from machines/messages.ts: type byte (hexadecimal), direction, transport, whether encrypted, fields (+ is an optional extension), and the bytes on the wire in the runs of this report: the datagram, or the record that held the message.',
    head: ['Type', 'Message', 'Way', 'Over', 'Enc.', 'Fields', 'Bytes'],
    rows,
    widths: [6.5, 25, 9, 7, 7, 34, 12],
    right: [6],
  };
}

/** Least and largest size on the wire of every message that was sent in the runs. */
function sizesOf(runs: readonly Played[]): Map<MessageName, string> {
  const seen = new Map<MessageName, number[]>();
  for (const { traces } of runs) {
    for (const entry of traces.flatMap(({ entries }) => entries)) {
      if (entry.kind !== 'message' || entry.way !== 'sent' || entry.size === 0) continue;
      seen.set(entry.name, [...(seen.get(entry.name) ?? []), entry.size]);
    }
  }
  return new Map(
    [...seen].map(([name, all]) => {
      const [least, most] = [Math.min(...all), Math.max(...all)];
      return [name, least === most ? String(least) : `${String(least)}–${String(most)}`];
    }),
  );
}
