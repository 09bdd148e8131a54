/** Somebody between a client and the server, for UDP only, who sees everything. Must never be here: what to do with it. */
import { Udp } from '../../bin/conform/server/sockets';
import { siteOf } from './support';

type Meddle = (bytes: Buffer, way: 'up' | 'down') => void;

export class Between {
  /** Is told of each datagram instead of its being passed on. */
  meddle: Meddle = (bytes, way) => this.pass(bytes, way);
  private client = 0;
  private constructor(
    /** What the client takes for the server. */
    private readonly front: Udp,
    private readonly back: Udp,
    private readonly other: Udp,
  ) {}

  /** @param server its UDP port */
  static async open(server: number): Promise<Between> {
    const [front, back, other] = await Promise.all([0, server, 0].map((port) => Udp.open(siteOf(port))));
    if (!front || !back || !other) throw new Error('three sockets');
    const between = new Between(front, back, other);
    front.heard = (bytes, { port }) => {
      between.client = port;
      between.meddle(bytes, 'up');
    };
    back.heard = (bytes) => between.meddle(bytes, 'down');
    return between;
  }
  get port(): number {
    return this.front.port;
  }
  /** On its way, unchanged. */
  pass(bytes: Uint8Array, way: 'up' | 'down'): void {
    if (way === 'up') this.up(bytes);
    else this.down(bytes);
  }
  /** To the server. */
  up(bytes: Uint8Array): void {
    void this.back.send(bytes);
  }
  /** To the client, as if from the server. */
  down(bytes: Uint8Array): void {
    void this.front.send(bytes, this.client);
  }
  /** To the client, from somebody else. */
  strange(bytes: Uint8Array): void {
    void this.other.send(bytes, this.client);
  }
  close(): void {
    for (const udp of [this.front, this.back, this.other]) udp.close();
  }
}
