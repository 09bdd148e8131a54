/**
 * What may be seen of the steps of machines: I-2, I-7, I-12, I-13, I-14, I-15. Must never be here: what is inside the server.
 */
import { rowFor } from '../../../diagrams/spec';
import type { Transition } from '../../../machines/observer';
import { WIRE } from '../../../machines/limits';
import { a3 } from '../../../transport/security/hashes';
import { decodeDatagram } from '../../../transport/wire/datagrams';
import type { Datagram } from '../../support/memory-fates';
import type { Seen } from '../../support/wire-watch';
import type { Checker } from '../checker';
import type { SimulatedClient } from '../client';
import { SERVER, type Town } from '../town';

const WAITING = ['Wait for Challenge', 'Wait for AUTH_SUCCESS'];

export class MachineChecks implements Checker {
  /** RESPONSEs that reached the server and were right, as Client-ID and rand. */
  private readonly right = new Set<string>();
  /** Wrong RESPONSEs of each attempt of this server process; copies of one are one (protocol 3.4). */
  private readonly wrong = new Map<number, Set<string>>();
  /** The datagram that reached the server last. */
  private last = '';
  /** CONNECTs that clients with the right key have sent: how many for each Client-ID were not accepted yet. */
  private readonly offered = new Map<string, number>();
  private readonly newest = new Map<string, number>();
  /** The last step that could have superseded somebody. */
  private cause: Transition | undefined;

  constructor(private readonly town: Town) {}

  serverChanged(): void {
    this.wrong.clear();
    this.newest.clear();
  }

  arrived({ to, bytes }: Datagram): void {
    if (to.address !== SERVER.address) return;
    this.last = Buffer.from(bytes).toString('latin1');
    const decoded = decodeDatagram(bytes, 'client');
    if (!decoded.ok || 'sealed' in decoded.value) return;
    const { message } = decoded.value;
    if (message.type !== 'RESPONSE') return;
    const key = this.town.secrets.get(message.id);
    if (!key || !Buffer.from(a3(message.rand, key)).equals(message.res)) return;
    this.right.add(`${message.id} ${Buffer.from(message.rand).toString('latin1')}`);
  }

  said({ message }: Seen, owner?: SimulatedClient): void {
    if (message.type === 'CONNECT' && owner?.kind === 'honest') {
      this.offered.set(owner.id, (this.offered.get(owner.id) ?? 0) + 1);
    }
  }

  stepped(step: Transition, client?: SimulatedClient): void {
    const { machine, from, event, to } = step;
    const marks = rowFor(machine, from, event).map(({ mark }) => mark);
    if (!marks.some((mark) => mark !== 'N/A' && mark !== 'PE')) {
      this.town.violate('I-7', `${machine}, ${from} on ${event}: ${marks.join() || 'no such cell'}`);
    }
    if (machine === 'client connection' && client) this.clientStep(step, client);
    if (machine === 'server connection') this.serverStep(step);
    else if (machine === 'client connection' && to === 'Connected' && from !== to && client?.kind === 'impostor') {
      this.town.violate('I-2', `${client.name} got in with a wrong key`);
    }
  }

  private clientStep({ from, event, to }: Transition, client: SimulatedClient): void {
    const moved = from !== to;
    const settled = !WAITING.some((state) => from.startsWith(state));
    if (event.startsWith('D.') && moved && (to === 'Offline' || settled)) {
      this.town.violate('I-12', `${client.name}: the datagram ${event} leads from ${from} to ${to}`);
    }
    if (event === 'T.ACT_EXPIRED' && to === 'Offline' && client.session !== null) {
      this.town.violate('I-14', `${client.name} is logged off in session ${String(client.session)}`);
    }
  }

  private serverStep(step: Transition): void {
    const { client, serial, event, from, to } = step;
    if (event.startsWith('D.') && from !== to) this.datagramStep(step);
    if (event === 'D.RESPONSE_BAD') this.wrong.set(serial, (this.wrong.get(serial) ?? new Set()).add(this.last));
    if (event === 'X.SUPERSEDED') this.superseded(step);
    else this.cause = step;
    if (from === to || to === 'Offline' || to === 'Wait for HELLO') return;
    if (to === 'Connected') this.admitted(step);
    if (to === 'Connecting' && event !== 'D.RESPONSE_OK') this.town.violate('I-2', `${client}: Connecting by ${event}`);
  }

  /**
   * By a newer attempt that has connected, at once or, in Wait for RESPONSE, when something comes for it; or because too many have a
   * cookie (protocol 3.10, 3.6).
   */
  private superseded({ client, serial, from }: Transition): void {
    const { cause } = this;
    if (serial < (this.newest.get(client) ?? 0)) return;
    if (cause?.client === client && cause.to === 'Connecting' && from === 'Connecting') return;
    this.town.violate(
      'I-15',
      `attempt ${String(serial)} of ${client} is superseded by ${String(cause?.serial)} of ${cause?.client ?? ''}`,
    );
  }

  private datagramStep({ client, serial, event, from, to }: Transition): void {
    const { town } = this;
    if (from === 'Connecting' || from === 'Connected') {
      town.violate('I-13', `${client}/${String(serial)}: ${event} leads from ${from} to ${to}`);
    }
    if (from !== 'Wait for RESPONSE') return;
    if (to !== 'Connecting') {
      const wrong = new Set(this.wrong.get(serial)).add(this.last).size;
      const third = event === 'D.RESPONSE_BAD' && wrong === WIRE.WRONG_RESPONSES;
      if (!third) town.violate('I-13', `${client}/${String(serial)}: ${event} ends the attempt`);
      return;
    }
    const rand = town.server?.driver['switchboard'].tables.bySerial(serial)?.rand ?? '';
    if (!this.right.has(`${client} ${rand}`)) {
      town.violate('I-2', `${client}/${String(serial)} is believed without a right RESPONSE`);
    }
  }

  private admitted({ client, serial, event, from }: Transition): void {
    const { town } = this;
    const offered = this.offered.get(client) ?? 0;
    this.offered.set(client, offered - 1);
    if (event !== 'K.CONNECT_OK' || from !== 'Connecting' || offered < 1) {
      town.violate(
        'I-2',
        `${client}/${String(serial)}: Connected from ${from} by ${event}, CONNECTs left: ${String(offered)}`,
      );
    }
    const newest = this.newest.get(client) ?? 0;
    if (serial < newest) {
      town.violate('I-15', `attempt ${String(serial)} of ${client} displaces attempt ${String(newest)}`);
    }
    this.newest.set(client, Math.max(serial, newest));
  }
}
