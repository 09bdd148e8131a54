/**
 * Somebody on the path who sees every datagram and every stream, repeats what he saw and makes some of his own, and cannot
 * suppress anything (protocol 3.8). Must never be here: a key of anybody.
 */
import { encodeDatagram, attemptIn } from '../../transport/wire/datagrams';
import { WIRE } from '../../machines/limits';
import { flipped, type Datagram } from '../support/memory-fates';
import type { MemoryHost } from '../support/memory-network';
import type { MemoryLink } from '../support/memory-tcp';
import type { Chance } from './chance';
import { SERVER, type Town } from './town';

/** A client's first flight: preface and record 0. */
const FLIGHT_BYTES = WIRE.CLIENT_PREFACE_BYTES + 82;
/** How many datagrams are remembered. */
const MEMORY = 40;

export class Stranger {
  private readonly chance: Chance;
  private readonly host: MemoryHost;
  private readonly seen: Datagram[] = [];
  private readonly flights: { readonly bytes: Buffer; readonly port: number }[] = [];
  private readonly links = new Set<object>();

  constructor(private readonly town: Town) {
    this.chance = town.chance.for('stranger');
    this.host = town.network.host('10.9.9.9', town.time.loop('stranger'));
    town.network.watches.push({
      sent: (datagram) => {
        this.seen.push(datagram);
        if (this.seen.length > MEMORY) this.seen.shift();
      },
      streamed: (link, from, bytes) => this.streamed(link as MemoryLink, from, bytes),
    });
  }

  /** Sends a datagram again, perhaps altered, from where it came or from elsewhere. */
  replay(): string | undefined {
    const old = this.seen[this.chance.below(this.seen.length)];
    if (!old) return undefined;
    const from = this.chance.chance(0.2) ? { address: this.host.address, port: 999 } : old.from;
    for (let n = this.chance.between(1, 4); n > 0; n--) {
      const bytes = this.chance.chance(0.4) ? flipped(old.bytes, this.chance.below(old.bytes.length * 8)) : old.bytes;
      this.town.network.inject(from, old.to, bytes, this.chance.below(3_000));
    }
    return `a datagram for ${old.to.address} comes again`;
  }

  /** A datagram that a server could have sent for an attempt that is going on, or a wrong RESPONSE. */
  forge(): string | undefined {
    const last = this.seen.filter(({ to }) => to.address === SERVER.address).at(-1);
    if (!last) return undefined;
    const attempt = Buffer.from(attemptIn(last.bytes));
    const kind = this.chance.pick(['AUTH_FAIL', 'CHALLENGE', 'RESPONSE'] as const);
    if (kind === 'RESPONSE') {
      // The place of Res in a RESPONSE, behind header and Client-ID.
      this.town.network.inject(last.from, SERVER, flipped(last.bytes, 8 * (40 + this.chance.below(8))));
    } else {
      const message =
        kind === 'AUTH_FAIL'
          ? ({ type: kind } as const)
          : ({ type: kind, ver: 1, rand: this.chance.bytes(32) } as const);
      this.town.network.inject(SERVER, last.from, encodeDatagram(attempt, message), this.chance.below(30));
    }
    return `a forged ${kind}`;
  }

  /** A client's first flight over a connection of one's own. */
  reconnect(): string | undefined {
    const old = this.flights[this.chance.below(this.flights.length)];
    if (!old) return undefined;
    const cut = this.chance.chance(0.3) ? this.chance.below(FLIGHT_BYTES) : FLIGHT_BYTES;
    this.connect(old.port, old.bytes.subarray(0, cut));
    return `a first flight comes again, ${String(cut)} bytes of it`;
  }

  /** A connection that says what no client says, or nothing. */
  rubbish(): string | undefined {
    const old = this.flights.at(-1);
    const port = old?.port ?? this.town.server?.driver.ports.tcp;
    if (port === undefined) return undefined;
    const altered = old ? flipped(old.bytes, this.chance.below(FLIGHT_BYTES * 8)) : Buffer.alloc(0);
    const says = [Buffer.alloc(0), this.chance.bytes(200), Buffer.from('GET / HTTP/1.1\r\n'), altered];
    this.town.nonsense.add(this.connect(port, this.chance.pick(says)));
    return 'a connection that says what no client says';
  }

  private connect(port: number, bytes: Buffer): MemoryLink {
    const stream = this.host.connectTcp(
      { address: SERVER.address, port },
      {
        open: () => bytes.length > 0 && stream.write(bytes),
        data: () => undefined,
        end: () => stream.destroy(),
        close: () => undefined,
        drain: () => undefined,
      },
    );
    return this.town.network.links.at(-1) as MemoryLink;
  }

  private streamed(link: MemoryLink, from: string, bytes: Buffer): void {
    if (from !== 'client' || this.links.has(link)) return;
    this.links.add(link);
    if (bytes.length >= FLIGHT_BYTES && link.local.address !== this.host.address) {
      this.flights.push({ bytes: bytes.subarray(0, FLIGHT_BYTES), port: link.remote.port });
    }
  }
}
