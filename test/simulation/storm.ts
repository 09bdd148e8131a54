/**
 * What goes wrong in a run, and when: faults that begin, go on and end, on a network with its weather. Must never be here: what
 * users do, and what must hold.
 */
import { FATES, flipped, randomPieces, weather, whole, type Fate, type Segmentation } from '../support/memory-fates';
import type { Chance } from './chance';
import type { SimulatedClient } from './client';
import { SMALL_CAPACITY, type Fault } from './configuration';
import { People } from './people';
import { Stranger } from './stranger';
import { SERVER, type Town } from './town';

/** Within so long those who begin a run log on. */
const ARRIVAL_MS = 2_000;
const DAY_MS = 86_400_000;

export class Storm {
  readonly people: People;
  private readonly stranger: Stranger;
  private readonly chance: Chance;
  /** Until when which hosts are cut off from the server, ms. */
  private readonly partitions = new Map<string, number>();
  /** What must be put right again, and when. */
  private readonly ends: { readonly at: number; readonly mend: () => void | Promise<void> }[] = [];

  constructor(private readonly town: Town) {
    this.people = new People(town);
    this.stranger = new Stranger(town);
    this.chance = town.chance.for('faults');
    town.network.capacity = town.c.capacity;
  }

  /** One storm, from its first cloud to its last. */
  async blow(): Promise<void> {
    const { c } = this.town;
    const pace = this.town.chance.for('pace');
    this.begin();
    this.people.arrive();
    await this.pass(pace.below(ARRIVAL_MS));
    this.people.meet();
    for (let step = 0; step < c.steps; step++) {
      // Often at once, so that messages cross; sometimes after a long time.
      const ms = pace.chance(0.35) ? 0 : Math.floor(-Math.log(1 - pace.fraction()) * c.paceMs);
      await this.pass(pace.chance(0.02) ? ms + 30_000 : ms);
      if (this.chance.chance(c.faultShare)) await this.happen(this.chance.weighted(c.faults));
      else this.people.act();
      this.town.between();
      if (this.town.violations.length > 0) return;
    }
    await this.abate();
  }

  /** Lets time pass; what has to end meanwhile ends in time. */
  private async pass(ms: number): Promise<void> {
    const end = this.town.time.now + ms;
    this.ends.sort((a, b) => a.at - b.at);
    for (let [next] = this.ends; next !== undefined && next.at <= end; [next] = this.ends) {
      this.ends.shift();
      this.town.advance(Math.max(0, next.at - this.town.time.now));
      await next.mend();
    }
    this.town.advance(end - this.town.time.now);
  }

  private later(ms: number, mend: () => void | Promise<void>): void {
    this.ends.push({ at: this.town.time.now + ms, mend });
  }

  // The network

  private begin(): void {
    const { network, c, chance } = this.town;
    const latency = chance.for('latency');
    network.fate = this.fate(weather(chance.for('datagrams'), c.weather));
    network.segmentation = this.segmentation(c.pieces === 0 ? whole : randomPieces(chance.for('pieces'), c.pieces, 3));
    network.latency = (from, to) => this.delay(from, to) + 1 + latency.below(c.latencyMs);
  }

  /** Bytes of a stream wait for the end of a partition; datagrams are lost in it. */
  private delay(from: string, to: string): number {
    const other = from === SERVER.address ? to : from;
    return Math.max(0, (this.partitions.get(other) ?? 0) - this.town.time.now);
  }

  private fate(inner: Fate): Fate {
    const { town } = this;
    return (datagram) => {
      const copies = this.delay(datagram.from.address, datagram.to.address) > 0 ? [] : inner(datagram);
      if (copies.length === 0) town.count('loss');
      if (copies.length > 1) town.count('duplication');
      for (const { bytes, after = 0 } of copies) {
        if (bytes) town.count('corruption');
        if (after > 0) town.count('reordering');
      }
      return copies;
    };
  }

  private segmentation(inner: Segmentation): Segmentation {
    const { town } = this;
    const chance = town.chance.for('segments');
    return (bytes) => {
      if (!chance.chance(town.c.segmentDamage)) return inner(bytes);
      town.fault('corrupted segment', 'a segment is corrupted');
      return inner(flipped(bytes, chance.below(bytes.length * 8)));
    };
  }

  /** The end of all faults. */
  private async abate(): Promise<void> {
    const { town } = this;
    town.tale.tell('the storm is over');
    for (const { mend } of this.ends.splice(0)) await mend();
    town.network.fate = FATES.deliver;
    town.network.segmentation = whole;
    const latest = Math.max(0, ...this.partitions.values());
    this.partitions.clear();
    town.network.latency = () => 1;
    if (!town.server) await town.startServer();
    town.advance(Math.max(0, latest - town.time.now));
  }

  // Faults

  private async happen(fault: Fault): Promise<void> {
    const done = await this.faults[fault]();
    if (typeof done === 'string') this.town.fault(fault, done);
  }

  /** Each returns what it did, or nothing if there was nothing to do. */
  private readonly faults: Readonly<Record<Fault, () => string | undefined | Promise<string | undefined>>> = {
    partition: () => this.partition(),
    cut: () => this.cut(),
    'slow reader': () => this.slowReader(),
    'client stands still': () => this.clientStandsStill(),
    'server stands still': () => this.serverStandsStill(),
    'client killed': () => this.crash('killed'),
    'client vanishes': () => this.crash('vanishes'),
    'server killed': () => this.crashServer('killed'),
    'server vanishes': () => this.crashServer('vanishes'),
    'server stopped': () => this.stopServer(),
    'clock jump': () => this.clockJump(),
    'disk full': () => this.diskFull(),
    'disk unreadable': () => this.diskUnreadable(),
    'forged datagram': () => this.stranger.forge(),
    'replayed datagram': () => this.stranger.replay(),
    'replayed connection': () => this.stranger.reconnect(),
    'rubbish connection': () => this.stranger.rubbish(),
    'wrong key': () => this.wrongKey(),
    'subscriber removed': () => this.subscriberRemoved(),
  };

  private somebody(): SimulatedClient | undefined {
    const { living } = this.town;
    return living[this.chance.below(living.length)];
  }

  private partition(): string | undefined {
    const cutOff = this.town.living.filter(() => this.chance.chance(0.5));
    if (cutOff.length === 0) return undefined;
    const ms = this.chance.pick([300, 3_000, 20_000]);
    for (const { user } of cutOff) this.partitions.set(user.host.address, this.town.time.now + ms);
    return `${cutOff.map(({ name }) => name).join()} cannot reach the server for ${String(ms)} ms`;
  }

  private cut(): string | undefined {
    const link = this.town.network.links.findLast(
      ({ client, isSevered }) => !client.isGone && !isSevered && this.chance.chance(0.5),
    );
    if (!link) return undefined;
    const noticing = (['client', 'server'] as const).filter(() => this.chance.chance(0.4));
    link.cut(...noticing);
    return `the connection of ${link.local.address} is cut; noticed by ${noticing.join(' and ') || 'nobody'}`;
  }

  private slowReader(): string | undefined {
    const open = this.town.network.links.filter(({ client, server }) => !client.isGone && server);
    const chatting = new Set(this.town.living.filter(({ user }) => user.isInChat).map(({ user }) => user.host));
    const slow = this.town.c.capacity === SMALL_CAPACITY && chatting.size > 0;
    const links = slow ? open.filter(({ client }) => chatting.has(client.host)) : open;
    const link = links[this.chance.below(links.length)];
    const end = slow || this.chance.chance(0.8) ? link?.client : link?.server;
    if (!link || !end) return undefined;
    end.stall();
    const ms = slow ? 60_000 : this.chance.pick([200, 4_000, 60_000]);
    this.later(ms, () => end.unstall());
    return `the ${end === link.client ? 'client' : 'server'} does not read from ${link.local.address} for ${String(ms)} ms`;
  }

  private clientStandsStill(): string | undefined {
    const client = this.somebody();
    if (!client) return undefined;
    const ms = this.chance.pick([100, 2_000, 60_000]);
    client.user.loop.freeze();
    client.frozenUntil = Math.max(client.frozenUntil, this.town.time.now + ms + ms);
    this.later(ms, () => {
      client.user.loop.thaw();
      this.extend(client);
    });
    return `${client.name} stands still for ${String(ms)} ms`;
  }

  /** Timers of a process that stood still begin to count again from here, at the latest. */
  private extend(client: SimulatedClient): void {
    const { T_CHALLENGE_MS, T_AUTH_MS, T_CONNECTING_MS } = this.town.c.limits;
    client.frozenUntil = this.town.time.now + T_CHALLENGE_MS + T_AUTH_MS + T_CONNECTING_MS;
  }

  private serverStandsStill(): string | undefined {
    const loop = this.town.server?.loop;
    if (!loop) return undefined;
    const ms = this.chance.pick([100, 2_000, 30_000]);
    loop.freeze();
    this.later(ms, () => loop.thaw());
    return `the server stands still for ${String(ms)} ms`;
  }

  private crash(how: 'killed' | 'vanishes'): string | undefined {
    const client = this.somebody();
    if (!client) return undefined;
    const { host, loop } = client.user;
    if (how === 'vanishes') {
      host.unplug();
      loop.kill();
    } else host.kill();
    return `${client.name} ${how === 'killed' ? 'is killed' : how}`;
  }

  private crashServer(how: 'killed' | 'vanishes'): string | undefined {
    if (!this.town.server) return undefined;
    this.town.crashServer(how);
    this.later(this.chance.pick([0, 100, 5_000]), () => this.restart());
    return `the server ${how === 'killed' ? 'is killed' : how}`;
  }

  private async restart(): Promise<void> {
    if (!this.town.server) await this.town.startServer();
  }

  private async stopServer(): Promise<string | undefined> {
    const { server, c, time } = this.town;
    if (!server) return undefined;
    server.loop.thaw();
    const stopped = this.town.signalServer();
    time.advance(c.limits.T_FLUSH_MS + 10);
    await stopped;
    time.advance(c.limits.T_LINGER_MS + 10);
    const { host, loop, keys } = server;
    if (host.sockets + loop.armed + keys.size > 0) {
      this.town.violate(
        'I-22',
        `a stopped server has ${String(host.sockets)} sockets, ${String(loop.armed)} timers, ${String(keys.size)} keys`,
      );
    }
    this.later(this.chance.pick([0, 3_000]), () => this.restart());
    return 'the server is stopped';
  }

  private clockJump(): string | undefined {
    const loop = this.chance.chance(0.5) ? this.town.server?.loop : this.somebody()?.user.loop;
    if (!loop) return undefined;
    loop.wallOffset += this.chance.pick([-DAY_MS, DAY_MS, -1_000, 3_600_000]);
    return `the clock of the ${loop.name} jumps to ${new Date(loop.wall()).toISOString()}`;
  }

  private diskFull(): string {
    const { store } = this.town;
    const ms = this.chance.pick([50, 3_000, 20_000]);
    store.full = true;
    // What is written now cannot be stored, and ends a chat.
    const writer = this.town.living.find(({ user }) => user.isInChat);
    if (writer && this.chance.chance(0.7)) this.people.text(writer);
    this.later(ms, () => {
      store.full = false;
    });
    return `the disk is full for ${String(ms)} ms`;
  }

  private diskUnreadable(): string {
    const ms = this.chance.pick([50, 3_000]);
    const { store } = this.town;
    this.town.unreadable++;
    this.later(ms, () => void this.town.unreadable--);
    return `the disk cannot be read for ${String(ms)} ms${store.full ? ', and is full' : ''}`;
  }

  /** For some time, by another process, and long enough for the server to see it; the key is the same afterwards. */
  private subscriberRemoved(): string | undefined {
    const { subscribers } = this.town.store;
    const all = subscribers.all();
    const one = this.chance.pick(all);
    if (this.town.store.full || all.length === 1) return undefined;
    subscribers.remove(one.id);
    const ms = this.chance.pick([1_000, 3_000, 20_000]);
    this.later(ms, () => {
      const { store } = this.town;
      const { full } = store;
      store.full = false;
      subscribers.add(one);
      this.town.each('renewed', one.id);
      store.full = full;
    });
    return `${one.id} is no subscriber for ${String(ms)} ms`;
  }

  private wrongKey(): string {
    const id = this.chance.pick(this.town.c.ids);
    const impostor = this.town.newClient(this.chance.chance(0.8) ? id : 'Nobody', 'impostor');
    this.town.type(impostor, 'Log on');
    return `${impostor.name} logs on with a wrong key`;
  }
}
