/**
 * A bad network between clients and a server, for UDP only: datagrams are dropped, doubled and overtaken, as a seed says. Of
 * the six transmissions of a stage (protocol 3.2) one of the first four always gets through, and from then on every answer,
 * so each log-on must succeed. A held datagram waits for the next one of its flow, never for time.
 */
import { createSocket, type Socket } from 'node:dgram';
import { randomOf } from './support';

const HOST = '127.0.0.1';
const TYPE = 5;
const HELLO = 1;
const CHALLENGE = 2;
const RAND = [25, 57] as const;
const ID_LENGTH = 26;
const PASSING_LATEST = 4;

/** Both ways between one socket of a client and the server: one attempt. */
interface Flow {
  readonly random: () => number;
  readonly back: Socket;
  readonly toClient: (bytes: Buffer) => void;
  readonly toServer: (bytes: Buffer) => void;
  readonly stages: Map<'HELLO' | 'RESPONSE', Stage>;
  held: (() => void)[];
}
/** HELLO and CHALLENGE, or RESPONSE and its answer. */
interface Stage {
  transmissions: number;
  /** Which of them gets through for certain. */
  readonly certain: number;
}

export class BadNetwork {
  /** What has been done to datagrams so far. */
  readonly done = { passed: 0, dropped: 0, doubled: 0, held: 0 };
  /** The rand of every CHALLENGE that came by. */
  readonly rands: Buffer[] = [];
  private readonly flows = new Map<number, Flow>();
  private readonly begun = new Map<string, number>();

  private constructor(
    private readonly front: Socket,
    private readonly server: number,
    private readonly seed: number,
  ) {
    front.on('message', (bytes, { port }) => this.fromClient(bytes, port));
  }

  /** @param server its UDP port */
  static async open(server: number, seed: number): Promise<BadNetwork> {
    const front = createSocket('udp4');
    await new Promise<void>((bound) => front.bind(0, HOST, bound));
    return new BadNetwork(front, server, seed);
  }

  get port(): number {
    return this.front.address().port;
  }

  close(): void {
    this.front.close();
    for (const { back } of this.flows.values()) back.close();
  }

  private fromClient(bytes: Buffer, port: number): void {
    const flow = this.flows.get(port) ?? this.newFlow(bytes, port);
    const stage = stageOf(flow, bytes);
    stage.transmissions++;
    this.treat(flow, () => flow.toServer(bytes), stage.transmissions === stage.certain);
  }

  private fromServer(flow: Flow, bytes: Buffer): void {
    if (bytes[TYPE] === CHALLENGE) this.rands.push(bytes.subarray(...RAND));
    const { transmissions, certain } = stageOf(flow, bytes);
    this.treat(flow, () => flow.toClient(bytes), transmissions >= certain);
  }

  private treat(flow: Flow, send: () => void, mustPass: boolean): void {
    const { done } = this;
    const before = flow.held;
    flow.held = [];
    const fate = flow.random();
    if (mustPass ? fate < 0.6 : fate < 0.1) {
      done.passed++;
      send();
    } else if (mustPass || fate < 0.3) {
      done.doubled++;
      send();
      send();
    } else if (fate < 0.6) {
      done.held++;
      flow.held.push(send);
    } else done.dropped++;
    // Those that waited are overtaken by the one that came.
    for (const late of before.reverse()) late();
  }

  private newFlow(hello: Buffer, port: number): Flow {
    const back = createSocket('udp4');
    const { front, server } = this;
    const random = randomOf(this.seed ^ this.numberOf(hello));
    const flow: Flow = {
      random,
      back,
      toClient: (bytes) => front.send(bytes, port, HOST),
      toServer: (bytes) => back.send(bytes, server, HOST),
      stages: new Map((['HELLO', 'RESPONSE'] as const).map((name) => [name, newStage(random)])),
      held: [],
    };
    back.on('message', (bytes) => this.fromServer(flow, bytes));
    this.flows.set(port, flow);
    return flow;
  }

  /** The same for the same log-on of the same client, in whatever order the clients come. */
  private numberOf(hello: Buffer): number {
    const id = hello.toString('latin1', ID_LENGTH + 1, ID_LENGTH + 1 + (hello[ID_LENGTH] ?? 0));
    const attempt = (this.begun.get(id) ?? 0) + 1;
    this.begun.set(id, attempt);
    return [...`${id} ${String(attempt)}`].reduce((sum, c) => Math.imul(sum, 31) + c.charCodeAt(0), 7);
  }
}

function newStage(random: () => number): Stage {
  return { transmissions: 0, certain: 1 + Math.floor(random() * PASSING_LATEST) };
}
function stageOf({ stages }: Flow, bytes: Buffer): Stage {
  const name = bytes[TYPE] === HELLO || bytes[TYPE] === CHALLENGE ? 'HELLO' : 'RESPONSE';
  const stage = stages.get(name);
  if (!stage) throw new Error('a flow has both stages');
  return stage;
}
