/**
 * The four drawings against the machines: no arrow is missing, each is walked in the machines or replaced by a correction that
 * has a number, and each correction is accounted for.
 */
import { rowFor, rowsOf, type Row } from '../../diagrams/spec';
import { corrections, drawings, type DrawnEdge, type Path, type Step } from '../../diagrams/spec/drawings';
import { machineOf, type AnyActor } from './machines';
import { examplesOf, expectRow, stateKey, steppers } from './steps';

/** The drawings as they were handed in, arrow by arrow: from --[ trigger / actions ]--> to. */
const DRAWN: Readonly<Record<string, readonly string[]>> = {
  'client connection': [
    'Offline --[ user logs on / send HELLO ]--> Wait for Challenge',
    'Wait for Challenge --[ timeout / - ]--> Offline',
    'Wait for Challenge --[ receive CHALLENGE / send RESPONSE ]--> Wait for AUTH_SUCCESS',
    'Wait for AUTH_SUCCESS --[ receive AUTH_FAIL or timeout / - ]--> Offline',
    'Wait for AUTH_SUCCESS --[ receive AUTH_SUCCESS / generate CK, establish TCP, send CONNECT ]--> Connecting',
    'Connecting --[ receive CONNECTED / display "Connected" ]--> Connected',
    'Connected --[ activity timer expired or user logs off / tear down TCP ]--> Offline',
  ],
  'client chat': [
    'Connected --[ user types "Chat" / send CHAT_REQUEST, reset activity timer ]--> Wait for CHAT_STARTED',
    'Wait for CHAT_STARTED --[ receive UNREACHABLE / display "Correspondent unreachable" ]--> Connected',
    'Wait for CHAT_STARTED --[ receive CHAT_STARTED / display "Chat started" ]--> Active Chat',
    'Connected --[ receive CHAT_STARTED / display "Chat started" ]--> Active Chat',
    'Active Chat --[ activity timer about to expire / reset timer ]--> Active Chat',
    'Active Chat --[ receive END_NOTIF / display "Chat ended" ]--> Connected',
    'Active Chat --[ user types "End chat" / send END_REQUEST, display "Chat ended" ]--> Connected',
  ],
  'server connection': [
    'Offline --[ server is turned on / - ]--> Wait for HELLO',
    'Wait for HELLO --[ receive HELLO / generate rand, send CHALLENGE(rand) ]--> Wait for RESPONSE',
    'Wait for RESPONSE --[ does not receive RESPONSE / send AUTH_FAIL or timeout ]--> Wait for HELLO',
    'Wait for RESPONSE --[ receive RESPONSE / generate rand_cookie, assign TCP port, send AUTH_SUCCESS(rand_cookie, port_number) ]--> Connecting',
    'Connecting --[ receive CONNECT(rand_cookie) / send CONNECTED ]--> Connected',
    'Connected --[ server shuts down or user logs off / - ]--> Offline',
  ],
  'server chat': [
    'Connected --[ client connects / - ]--> Wait for CHAT_REQUEST',
    'Wait for CHAT_REQUEST --[ receive CHAT_REQUEST, other client absent or in another chat / send UNREACHABLE ]--> Connected',
    'Wait for CHAT_REQUEST --[ receive CHAT_REQUEST, both clients connected / send CHAT_STARTED to both ]--> Active Chat',
    'Active Chat --[ activity timer about to expire / reset timer ]--> Active Chat',
    'Active Chat --[ clients communicating / - ]--> Wait for END_REQUEST',
    'Wait for END_REQUEST --[ receive END_REQUEST from a client / send END_NOTIF to the other ]--> Connected',
    'Connected --[ both clients connect / - ]--> Wait for HISTORY_REQ',
    'Wait for HISTORY_REQ --[ receive HISTORY_REQ / send one or more HISTORY_RESP ]--> Connected',
  ],
};

const edges = drawings.flatMap((drawing) => drawing.edges.map((edge) => ({ ...edge, drawing })));
const written = ({ from, trigger, actions, to }: DrawnEdge): string => `${from} --[ ${trigger} / ${actions} ]--> ${to}`;
/** A sub-state belongs to the state that is drawn. */
const folded = (state: string): string => state.split('.')[0] ?? '';

/** What the words of an arrow that is not corrected mean: events above the line, actions below it. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  'user logs on': ['U.LOGON'],
  'user logs off': ['U.LOGOFF'],
  'user types "Chat"': ['U.CHAT'],
  'user types "End chat"': ['U.END'],
  'activity timer expired': ['T.ACT_EXPIRED'],
  'activity timer about to expire': ['T.ACT_WARN'],
  'server is turned on': ['S.START'],
  timeout: ['T.GIVEUP'],
  'receive CHALLENGE': ['D.CHALLENGE'],
  'receive AUTH_SUCCESS': ['D.AUTH_SUCCESS'],
  // Its edge to Offline is taken when the hold ends (5.3.1).
  'receive AUTH_FAIL': ['D.AUTH_FAIL', 'T.HOLD'],
  'receive CONNECTED': ['M.CONNECTED'],
  'receive UNREACHABLE': ['M.UNREACHABLE'],
  'receive CHAT_STARTED': ['M.CHAT_STARTED'],
  'receive END_NOTIF': ['M.END_NOTIF'],
};
const ACTIONS: Readonly<Record<string, RegExp>> = {
  '-': /^/,
  'send HELLO': /^sendHELLO$/,
  'send RESPONSE': /^sendRESPONSE:this$/,
  // Computed with the candidate, kept when AUTH_SUCCESS has verified under it.
  'generate CK': /^keepKey$/,
  'establish TCP': /^openTcp$/,
  'send CONNECT': /^sendCONNECT$/,
  'tear down TCP': /^closeTcp:/,
  'send CHAT_REQUEST': /^sendCHAT_REQUEST$/,
  'send END_REQUEST': /^sendEND_REQUEST$/,
  'reset activity timer': /^start:ACTIVITY$/,
  'reset timer': /^start:ACTIVITY$/,
  'display "Connected"': /^show:Connected$/,
  'display "Chat started"': /^show:Chat started$/,
  'display "Chat ended"': /^show:Chat ended$/,
  'display "Correspondent unreachable"': /^show:Correspondent unreachable$/,
};

/** The row that a step follows. */
function rowOf({ machine, state, event, alternative }: Step): Row {
  const row = rowFor(machine, state, event)[alternative];
  if (row === undefined) throw new Error(`no alternative ${String(alternative)} for "${state}" on ${event}`);
  return row;
}

const drawnSteps: readonly Step[] = edges.flatMap(({ paths }) => paths.flat());

/** The shortest way from the beginning of a machine to a state, along edges of the drawings only. */
function wayTo(machineId: string, state: string): Path {
  const reached = new Map<string, Path>([[machineOf(machineId).initial, []]]);
  for (const [from, way] of reached) {
    if (from === state) return way;
    for (const step of drawnSteps) {
      const follows = step.machine === machineId && step.state === from && !reached.has(step.to);
      // An alternative that needs others before it, such as the third wrong answer, begins no way.
      if (follows && step.to !== step.state && isFirst(step)) reached.set(step.to, [...way, step]);
    }
  }
  throw new Error(`no drawn way to "${state}" of "${machineId}"`);
}
function isFirst(step: Step): boolean {
  return drawnSteps.every(({ machine, state, event, alternative }) => {
    const sameCell = machine === step.machine && state === step.state && event === step.event;
    return !sameCell || alternative >= step.alternative;
  });
}

/** Takes one edge in a machine that stands where it begins. */
function take(actor: AnyActor, step: Step): void {
  const row = rowOf(step);
  expect(actor.state).toBe(step.state);
  const event = examplesOf(step.machine).eventIn(step.state, step.event, step.alternative, actor.context);
  expectRow(machineOf(step.machine), actor, row, event);
  expect(actor.state).toBe(step.to);
  if (step.creates !== undefined) {
    expect(row.actions).toContain('createChat');
    expect(machineOf(step.creates.machine).initial).toBe(step.creates.state);
  }
}

function walk(path: Path): void {
  const [first] = path;
  if (first === undefined) throw new Error('an empty path');
  const machine = machineOf(first.machine);
  for (const [name, stepper] of steppers) {
    const context = examplesOf(machine.id).contextIn(machine.initial);
    const actor = stepper.start(machine, { name, context });
    for (const step of [...wayTo(machine.id, first.state), ...path]) take(actor, step);
    actor.stop();
  }
}

describe('no arrow is missing', () => {
  test('7, 7, 6 and 8 arrows', () => {
    expect(drawings.map((drawing) => [drawing.id, drawing.official, drawing.edges.length])).toEqual([
      ['client connection', true, 7],
      ['client chat', true, 7],
      ['server connection', false, 6],
      ['server chat', false, 8],
    ]);
  });

  test.each(drawings.map((drawing) => [drawing.id, drawing] as const))(
    '%s: in the words of the drawing',
    (id, drawing) => {
      expect(drawing.edges.map(written)).toEqual(DRAWN[id]);
    },
  );
});

describe.each(edges.map((edge) => [written(edge), edge] as const))('%s', (_, edge) => {
  test('is realised or corrected', () => {
    if (edge.corrections.length === 0) expect(edge.paths).not.toEqual([]);
    if (edge.drawing.official) expect(edge.corrections).toEqual([]);
    if (edge.paths.length === 0) expect(edge.corrections).not.toEqual([]);
  });

  test('begins and ends where it is drawn, unless it is corrected', () => {
    if (edge.corrections.length > 0) return;
    for (const path of edge.paths) {
      expect(path.map(({ machine }) => machine)).toEqual(path.map(() => edge.drawing.id));
      expect([folded(path[0]?.state ?? ''), folded(path.at(-1)?.to ?? '')]).toEqual([edge.from, edge.to]);
      // Between its ends it does not leave the state that is drawn.
      for (const { state } of path) expect([edge.from, edge.to]).toContain(folded(state));
      expect(path.map((step) => rowOf(step).mark)).toContain(edge.drawing.official ? 'SPEC' : 'TEAM');
    }
  });

  test('happens when and does what is drawn, unless it is corrected', () => {
    if (edge.corrections.length > 0) return;
    const ways = edge.paths.map((path) => path.map(({ event }) => event));
    for (const word of edge.trigger.split(' or ')) {
      const needed = EVENTS[word] ?? ['(unknown word)'];
      expect([word, ways.some((way) => needed.every((event) => way.includes(event)))]).toEqual([word, true]);
    }
    for (const path of edge.paths) {
      const done = path.flatMap((step) => ['', ...rowOf(step).actions]);
      for (const word of edge.actions.split(', ')) {
        expect([word, done.some((action) => ACTIONS[word]?.test(action))]).toEqual([word, true]);
      }
    }
  });

  test('can be walked', () => {
    edge.paths.forEach(walk);
  });
});

describe('the corrections', () => {
  test('are E1 to E21', () => {
    expect(corrections.map(({ id }) => id)).toEqual(Array.from({ length: 21 }, (_, i) => `E${String(i + 1)}`));
  });

  test.each(corrections.map((correction) => [correction.id, correction] as const))('%s', (id, correction) => {
    const cited = edges.filter((edge) => edge.corrections.includes(id));
    expect(correction.problem).toMatch(/\.$/);
    expect(correction.resolution).toMatch(/\.$/);
    // Either arrows carry it, or it says why none does.
    expect(correction.noEdge === null).toBe(cited.length > 0);
    for (const edge of cited) expect(edge.drawing.id).toBe(correction.drawing);
    correction.paths.forEach(walk);
  });

  test('an arrow cites only what exists', () => {
    const ids = corrections.map(({ id }) => id);
    for (const edge of edges) for (const id of edge.corrections) expect(ids).toContain(id);
  });
});

test('every edge of the tables that the drawings stand for is in a drawing or a correction', () => {
  const steps = [...drawnSteps, ...corrections.flatMap(({ paths }) => paths.flat())];
  const known = new Set(steps.map(rowOf));
  for (const { id } of drawings) {
    const own = rowsOf(id).filter(({ mark, to }) => (mark === 'SPEC' || mark === 'TEAM') && to !== null);
    expect(own.filter((row) => !known.has(row))).toEqual([]);
  }
});

test('every step names the state that its row leads to', () => {
  for (const step of [...drawnSteps, ...corrections.flatMap(({ paths }) => paths.flat())]) {
    const { to } = rowOf(step);
    expect(step.to).toBe(to === null ? step.state : stateKey(step.machine, to));
  }
});
