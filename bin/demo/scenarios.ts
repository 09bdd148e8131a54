/** The validation scenarios V1 to V6 (spec section 7), played on a stage. Each throws if it does not go as expected. */
import type { Player, Scenario, Scene } from '../../diagrams/report/play/play';

async function logOn(client: Player): Promise<void> {
  await client.enter('Log on');
  await client.shows('Connected');
}

async function startChat(caller: Player, called: Player): Promise<void> {
  await caller.enter(`Chat ${called.name}`);
  await Promise.all([caller.shows('Chat started'), called.shows('Chat started')]);
}

/** Each says something, and the other reads it. */
async function exchange(a: Player, b: Player): Promise<void> {
  for (const [from, to, text] of [
    [a, b, `Hello ${b.name}, this is ${a.name}`],
    [b, a, 'Grüße ☕'],
    [a, b, 'Shall we meet at nine?'],
  ] as const) {
    await from.enter(text);
    await to.shows(`${from.name}: ${text}`);
  }
}

async function endChat(ending: Player, other: Player): Promise<void> {
  await ending.enter('End chat');
  await Promise.all([ending.shows('Chat ended'), other.shows('Chat ended')]);
}

async function logOff(client: Player): Promise<void> {
  await client.enter('Log off');
  await client.shows('Disconnected');
}

async function v1(stage: Scene): Promise<void> {
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice);
  await logOn(bob);
  await startChat(alice, bob);
  await exchange(alice, bob);
  await endChat(alice, bob);
  await logOff(alice);
}

async function v2(stage: Scene): Promise<void> {
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice);
  await logOn(bob);
  await startChat(alice, bob);
  await exchange(alice, bob);
  await endChat(bob, alice);
  await logOff(alice);
}

async function v3(stage: Scene): Promise<void> {
  const alice = stage.client('alice');
  await logOn(alice);
  await alice.enter('Chat bob');
  await alice.shows('Correspondent unreachable');
  const bob = stage.client('bob');
  await logOn(bob);
  await startChat(alice, bob);
  await exchange(alice, bob);
  await endChat(bob, alice);
  await logOff(alice);
}

async function v4(stage: Scene): Promise<void> {
  const [alice, bob, carol] = [stage.client('alice'), stage.client('bob'), stage.client('carol')];
  await logOn(alice);
  await logOn(bob);
  await startChat(alice, bob);
  const shown = [alice.lines.length, bob.lines.length];
  await logOn(carol);
  await carol.enter('Chat bob');
  await carol.shows('Correspondent unreachable');
  await exchange(alice, bob);
  // What carol caused would stand before these texts.
  const [atAlice, atBob] = [alice.lines.slice(shown[0]), bob.lines.slice(shown[1])];
  if (atAlice.length !== 1 || atBob.length !== 2) {
    throw new Error(`the request of carol was noticed: ${[...atAlice, ...atBob].join(' / ')}`);
  }
}

async function v5(stage: Scene): Promise<void> {
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice);
  await logOn(bob);
  await startChat(alice, bob);
  await exchange(alice, bob);
  await endChat(alice, bob);
  await logOff(alice);
  await bob.enter('Log on');
  await bob.shows('Connected');
  await logOn(alice);
  await alice.enter('History bob');
  await alice.shows(/^<\d+> <from: alice> <Hello bob, this is alice>$/);
  await alice.shows(/^<\d+> <from: bob> <Grüße ☕>$/);
  await alice.shows(/^<\d+> <from: alice> <Shall we meet at nine\?>$/);
  await alice.shows('End of history (3 messages)');
}

const PAIRS = [
  ['anna', 'ben'],
  ['cleo', 'dan'],
  ['eve', 'fritz'],
  ['gina', 'hal'],
  ['ida', 'jon'],
] as const;

async function v6(stage: Scene): Promise<void> {
  const clients = PAIRS.map(([a, b]) => [stage.client(a), stage.client(b)] as const);
  await Promise.all(clients.flat().map(logOn));
  await Promise.all(clients.map(([a, b]) => startChat(a, b)));
  await Promise.all(clients.map(([a, b]) => exchange(a, b)));
  await Promise.all(clients.map(([a, b]) => endChat(b, a)));
  for (const [a, b] of clients) noForeignText(a, b);
}

/** Every text a client was shown came from his partner. */
function noForeignText(a: Player, b: Player): void {
  for (const [reader, writer] of [
    [a, b],
    [b, a],
  ] as const) {
    const foreign = reader.lines.find((line) => /^\w+: /.test(line) && !line.startsWith(`${writer.name}: `));
    if (foreign !== undefined) throw new Error(`${reader.name} was shown a text of another session: ${foreign}`);
  }
}

export const SCENARIOS: readonly Scenario[] = [
  { id: 'V1', title: 'A chats with B; A ends the chat and logs off', clients: ['alice', 'bob'], play: v1 },
  { id: 'V2', title: 'A chats with B; B ends the chat', clients: ['alice', 'bob'], play: v2 },
  { id: 'V3', title: 'B is not there yet; then they chat', clients: ['alice', 'bob'], play: v3 },
  { id: 'V4', title: 'C calls B while A and B chat', clients: ['alice', 'bob', 'carol'], play: v4 },
  { id: 'V5', title: 'A reads the history of the chats with B', clients: ['alice', 'bob'], play: v5 },
  { id: 'V6', title: 'Five chats at once', clients: PAIRS.flat(), play: v6 },
];
