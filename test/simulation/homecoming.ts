/**
 * The end of a run: nothing goes wrong any more, everybody logs on, chats, reads what was written, and goes home, in a bounded
 * time and number of steps (protocol 6.2; L-1, L-7, L-8, I-22). Must never be here: faults.
 */
import type { SimulatedClient } from './client';
import type { People } from './people';
import type { RestChecks } from './checks/rest';
import type { Town } from './town';

const MARGIN_MS = 1_000;
/** Steps of machines for each client from the first calm to the last log-off; lists of past texts come on top. */
const MOST_STEPS = 400;

/** Until nothing that went wrong has a consequence any more; then everybody must agree. */
export function calm(town: Town): void {
  const l = town.c.limits;
  const attempts = Math.max(l.T_CHALLENGE_MS + l.T_AUTH_MS + l.T_CONNECTING_MS, l.T_RESPONSE_MS + l.T_COOKIE_MS);
  town.advance(Math.max(attempts, l.T_DEAD_MS + l.T_KEEPALIVE_MS) + l.T_LINGER_MS + MARGIN_MS);
  town.each('calm');
}

/** Everybody gets home. */
export async function homecoming(town: Town, people: People, rest: RestChecks): Promise<void> {
  const steps = town.steps.length;
  const here = onePerPerson(town);
  allLogOn(town, here);
  const couples = couplesOf(here);
  chats(town, couples, people);
  // Longer than anybody is taken for dead: nobody is.
  rest.watchHealth();
  town.advance(town.c.limits.T_DEAD_MS + MARGIN_MS);
  town.each('calm');
  rest.unwatchHealth();
  lists(town, couples);
  const used = town.steps.length - steps;
  if (used > MOST_STEPS * town.clients.length + people.texts * here.length) {
    town.violate('L-1', `${String(used)} steps to get home`);
  }
  for (const client of town.living) if (!client.isOffline) town.type(client, 'Log off');
  await serverRests(town);
}

function onePerPerson(town: Town): SimulatedClient[] {
  return town.c.ids.map((id) => {
    const mine = town.living.filter((client) => client.id === id && client.kind === 'honest');
    const [first] = mine;
    return mine.find(({ user }) => user.isConnected) ?? first ?? town.newClient(id);
  });
}

function allLogOn(town: Town, here: readonly SimulatedClient[]): void {
  const { T_CHALLENGE_MS, T_AUTH_MS, T_CONNECTING_MS, T_LINGER_MS } = town.c.limits;
  for (const client of here) if (!client.isOffline) town.type(client, 'Log off');
  town.advance(T_LINGER_MS + MARGIN_MS);
  for (const client of here) town.type(client, 'Log on');
  town.advance(MARGIN_MS);
  const late = here.filter(({ user }) => !user.isConnected);
  if (late.length > 0) town.advance(T_CHALLENGE_MS + T_AUTH_MS + T_CONNECTING_MS);
  for (const { user, name } of late) if (!user.isConnected) town.violate('L-8', `${name} cannot log on`);
}

function couplesOf(here: readonly SimulatedClient[]): (readonly [SimulatedClient, SimulatedClient])[] {
  return here.flatMap((a, n) => {
    const b = here[n + 1];
    return n % 2 === 0 && b ? [[a, b] as const] : [];
  });
}

/** Each couple chats: both are shown the other's text. */
function chats(town: Town, couples: readonly (readonly [SimulatedClient, SimulatedClient])[], people: People): void {
  for (const [a, b] of couples) town.type(a, `Chat ${b.id}`);
  // A store that could not be written is tried again, and a bucket that is empty fills.
  town.advance(MARGIN_MS);
  for (const [a, b] of couples) {
    if (a.session === null || a.session !== b.session) town.violate('L-4', `${a.name} and ${b.name} cannot chat`);
    else for (const client of [a, b]) people.text(client);
  }
  town.advance(MARGIN_MS);
  town.each('calm');
}

/** One couple reads what it ever wrote, and all end. */
function lists(town: Town, couples: readonly (readonly [SimulatedClient, SimulatedClient])[]): void {
  for (const [a, b] of couples.slice(0, 1)) town.type(a, `History ${b.id}`);
  for (const [, b] of couples) town.type(b, 'End chat');
  town.advance(MARGIN_MS);
  for (const [a, b] of couples) {
    if (a.session !== null || b.session !== null) town.violate('L-5', `${a.name} or ${b.name} is still in a chat`);
  }
  for (const [a, b] of couples.slice(0, 1)) {
    const count = town.store.count(a.id, b.id);
    const last = `End of history (${String(count)} ${count === 1 ? 'message' : 'messages'})`;
    if (!a.user.lines.includes(last)) town.violate('L-6', `${a.name} is not shown "${last}"`);
  }
}

/** A server without connections has two sockets, and the timer that looks at subscribers; a stopped one nothing at all (I-22). */
async function serverRests(town: Town): Promise<void> {
  const l = town.c.limits;
  town.advance(l.T_COOKIE_MS + l.T_RESPONSE_MS + l.T_LINGER_MS + l.T_STORE_RETRY_MS + MARGIN_MS);
  const { server } = town;
  if (!server) return;
  mustHold(town, server, '2,1,0');
  const stopped = town.signalServer();
  town.advance(l.T_FLUSH_MS + MARGIN_MS);
  await stopped;
  mustHold(town, server, '0,0,0');
  for (const { name, isOffline } of town.living) if (!isOffline) town.violate('L-1', `${name} is not home`);
}

function mustHold(town: Town, { host, loop, keys }: NonNullable<Town['server']>, expected: string): void {
  const held = [host.sockets, loop.armed, keys.size].join();
  if (held !== expected) town.violate('I-22', `sockets, timers and keys of the server are ${held}, not ${expected}`);
}
