/**
 * What the users of a run do: they look at the state of one of their clients and type what makes sense there, most of the time.
 * Must never be here: faults, and what ought to come of it.
 */
import type { Chance } from './chance';
import type { SimulatedClient } from './client';
import type { Town } from './town';

/** Some texts, beside their number. */
const FILLINGS = ['', 'hello', 'Grüße ☕', 'Log off please', '\u202eabc', '👩‍👧', 'History B', '<1> <from: A> <x>'];
/** More texts at once than a user types as a rule. */
const MANY = 10;
const LONG = 'y'.repeat(3_990);

export class People {
  /** Texts typed so far: their numbers make them different. */
  texts = 0;
  private readonly chance: Chance;
  /** Of its own, so that who writes slowly changes nothing else. */
  private readonly slowness: Chance;

  constructor(private readonly town: Town) {
    this.chance = town.chance.for('people');
    this.slowness = town.chance.for('slowness');
  }

  /** Most of those who have no client start one and log on. */
  arrive(): void {
    for (const id of this.town.c.ids) {
      if (this.town.living.some((client) => client.id === id) || this.chance.chance(0.3)) continue;
      this.town.type(this.town.newClient(id), 'Log on');
    }
  }

  /** Most of those who can ask for a chat. */
  meet(): void {
    for (const client of this.town.living) {
      if (client.user.status.chat !== 'Connected' || this.chance.chance(0.3)) continue;
      this.town.type(client, `Chat ${this.somebody(client)}`);
    }
  }

  /** Somebody begins a line, or finishes one that was begun, perhaps in another chat. */
  private write(): void {
    const client = this.slowness.pick(this.town.living.filter(({ kind }) => kind === 'honest'));
    if (client.line) this.town.finish(client);
    else client.line = { text: this.numbered(client, 'slowly'), begun: client.session };
  }

  /** Somebody does something. */
  act(): void {
    const writers = this.town.living.some(({ kind }) => kind === 'honest');
    if (writers && this.slowness.chance(0.2)) this.write();
    const chatting = this.town.living.filter(({ user }) => user.isInChat);
    // Where somebody reads slowly, somebody writes fast.
    if (this.writesMuch && chatting.length > 0 && this.chance.chance(0.6)) {
      return this.choose(this.chance.pick(chatting), { texts: 20, history: 2, 'End chat': 1 });
    }
    const id = this.chance.pick(this.town.c.ids);
    const mine = this.town.living.filter((client) => client.id === id && client.kind === 'honest');
    const again = mine.length === 0 || (mine.length < 3 && this.chance.chance(this.town.c.elsewhere));
    const client = again ? this.town.newClient(id) : this.chance.pick(mine);
    if (client.isOffline) this.offline(client);
    else if (!client.user.isConnected) this.loggingOn(client);
    else if (client.user.isInChat) this.inChat(client);
    else this.connected(client);
  }

  private get writesMuch(): boolean {
    return this.town.c.burst > MANY;
  }

  private offline(client: SimulatedClient): void {
    this.choose(client, { 'Log on': 16, 'Log off': 1, chat: 1, 'End chat': 1, history: 1, text: 1 });
  }

  private loggingOn(client: SimulatedClient): void {
    this.choose(client, { nothing: 12, 'Log off': 2, 'Log on': 1, chat: 1, text: 1, history: 1 });
  }

  private connected(client: SimulatedClient): void {
    if (client.user.status.chat === 'Wait for CHAT_STARTED') {
      this.choose(client, { nothing: 4, history: 2, 'Log off': 1, chat: 1, text: 1, 'End chat': 1 });
    } else this.choose(client, { chat: 16, history: 4, 'Log off': 1, 'Log on': 1, text: 1, 'End chat': 1, nothing: 1 });
  }

  private inChat(client: SimulatedClient): void {
    this.choose(client, {
      texts: 14,
      text: 8,
      'End chat': 3,
      history: 3,
      'Log off': 1,
      chat: 1,
      'Log on': 1,
      forbidden: 1,
    });
  }

  private choose(client: SimulatedClient, weights: Readonly<Record<string, number>>): void {
    const deed = this.chance.weighted(weights);
    switch (deed) {
      case 'nothing':
        return;
      case 'chat':
        return this.town.type(client, `Chat ${this.somebody(client)}`);
      case 'history':
        return this.town.type(client, `History ${this.somebody(client)}`);
      case 'text':
        return this.text(client);
      case 'texts': {
        for (let n = this.chance.between(2, this.town.c.burst); n > 0; n--) this.text(client);
        if (!this.writesMuch && this.chance.chance(0.1)) this.town.type(client, 'End chat');
        return;
      }
      case 'forbidden':
        return this.town.type(
          client,
          this.chance.pick(['bell \u0007', 'x'.repeat(4_097), '\ud800', `${LONG}${'z'.repeat(200)}`]),
        );
      default:
        return this.town.type(client, deed);
    }
  }

  /** A Client-ID: the correspondent's, somebody's, one's own, nobody's, or none at all. */
  private somebody({ peer, id }: SimulatedClient): string {
    if (peer !== null && this.chance.chance(0.6)) return peer;
    const free = this.town.living.filter(({ user }) => user.id !== id && user.status.chat === 'Connected');
    if (free.length > 0 && this.chance.chance(0.7)) return this.chance.pick(free).id;
    return this.chance.chance(0.9) ? this.chance.pick(this.town.c.ids) : this.chance.pick([id, 'Nobody', '9lives']);
  }

  /** A numbered text that says who wrote it to whom. */
  text(client: SimulatedClient): void {
    const { longTexts } = this.town.c;
    const filling = this.chance.chance(longTexts)
      ? LONG.slice(this.chance.below(LONG.length))
      : this.chance.pick(FILLINGS);
    this.town.type(client, this.numbered(client, filling));
  }
  private numbered({ id, peer }: SimulatedClient, filling: string): string {
    return `t${String(++this.texts)} ${id}>${peer ?? 'x'} ${filling}`.trimEnd();
  }
}
