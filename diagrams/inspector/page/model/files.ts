/** Recordings as files: JSON lines of the feed's own messages, a process after another. Must never be here: the DOM. */
import type { EventMessage, FeedMessage, ProcessMessage } from '../../protocol';
import { readMessage } from './feed';
import type { Entry, Process, Recording } from './record';

/** The whole record as JSON lines. Each process begins with its `service.process` message. */
export function exported(record: Recording): string {
  const lines = record.processes.flatMap((process) => [
    processMessage(process, record.limit),
    ...baseMessages(record, process),
    ...record.entries.filter((entry) => entry.process === process).flatMap((entry) => messagesOf(entry, record)),
  ]);
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function processMessage({ name, role, started }: Process, limit: number): ProcessMessage {
  return { type: 'service.process', parley: { name, role, started, control: false, limit } };
}

/** Machines whose beginning was dropped begin in the state that it led to. */
function baseMessages(record: Recording, process: Process): FeedMessage[] {
  const machines = [...record.machines.values()].filter((machine) => machine.process === process && machine.base);
  const first = record.entries.find((entry) => entry.process === process);
  return machines.flatMap((machine) => {
    if (!machine.base || machine.entries[0]?.kind === 'born') return [];
    const at = { seq: Math.max(0, Math.floor(first?.seq ?? 1) - 1), time: first?.time ?? 0 };
    return messagesOf({ kind: 'born', process, machine, ...at, ...machine.base }, record);
  });
}

function messagesOf(entry: Entry, record: Recording): FeedMessage[] {
  const { seq, time } = entry;
  switch (entry.kind) {
    case 'born': {
      const { machine, state, context, client } = entry;
      const { session: sessionId, name: id, serial, parent } = machine;
      const parley = { seq, time, machine: machine.machine, client, serial, state };
      const definition = record.definitions.get(machine.machine) ?? '{}';
      const optional = parent === undefined ? {} : { parent };
      return [
        {
          type: 'service.register',
          machine: definition,
          state: lean(state, context),
          id,
          sessionId,
          ...optional,
          parley,
        },
      ];
    }
    case 'step': {
      const { machine, event, data, eventSeq, eventTime, from, state: to, context, alternative, client } = entry;
      const sessionId = machine.session;
      const asked: EventMessage = {
        type: 'service.event',
        event: JSON.stringify({
          name: event,
          data: { type: event, ...(data as object) },
          $$type: 'scxml',
          type: 'external',
        }),
        sessionId,
        parley: { seq: eventSeq, time: eventTime },
      };
      if (eventSeq === seq && alternative < 0) return [asked];
      const parley = { seq, time, event, from, to, alternative, client };
      const answer = { type: 'service.state' as const, state: lean(to, context), sessionId, parley };
      return eventSeq === seq ? [answer] : [asked, answer];
    }
    case 'stop':
      return [{ type: 'service.stop', sessionId: entry.machine.session, parley: { seq, time } }];
    case 'wire': {
      const { from, to, over, name, sealed, sent, line } = entry.wire;
      return [{ type: 'service.message', parley: { seq, time, from, to, over, name, sealed, sent, line } }];
    }
    case 'gap':
      return [{ type: 'service.gap', parley: { missed: entry.missed, next: Math.ceil(seq) } }];
  }
}

/** JSON of a state with value and context and nothing else. */
function lean(state: string, context: unknown): string {
  const [parent = '', child] = state.split('.');
  const event = { type: 'xstate.init' };
  const empty = { actions: [], activities: {}, meta: {}, events: [], configuration: [], transitions: [], children: {} };
  return JSON.stringify({
    value: child === undefined ? parent : { [parent]: child },
    context,
    _event: { name: event.type, data: event, $$type: 'scxml', type: 'external' },
    event,
    ...empty,
  });
}

export interface Imported {
  readonly read: number;
  /** Lines that were not the feed's. */
  readonly wrong: number;
  /** Why a recording ends before its process did. */
  readonly cut?: string;
}

/** Reads a recording into the record. */
export function imported(record: Recording, text: string): Imported {
  let process: Process | undefined;
  let read = 0;
  let wrong = 0;
  let cut: string | undefined;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const item = readMessage(parsed(line));
    if (item?.kind === 'process') process = record.open(item, 'file');
    else if (!item || !process) {
      wrong++;
      continue;
    } else if (item.kind === 'gap') record.gap(process, item.missed, item.next);
    else if (item.kind === 'end') cut = item.why;
    else if (item.kind !== 'refused' && item.kind !== 'links') record.add(process, item);
    read++;
  }
  record.malformed += wrong;
  return { read, wrong, ...(cut === undefined ? {} : { cut }) };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
