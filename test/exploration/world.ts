/**
 * A world is a row of part numbers: each client, each client's TCP connections, the server, the datagrams that were ever sent
 * and may come (again) at any time, and what is left of the budgets. A part is stepped once for each event it meets; the
 * result is remembered. Must never be here: which events there are.
 */
import { LIMITS, type Limits } from '../../machines/limits';
import { ClientModel } from './client';
import { canonical, copy } from './graph';
import {
  agreementViolations,
  cellViolations,
  clientViolations,
  serverViolations,
  shownViolations,
  snapsOf,
  watchdogViolations,
  type Input,
} from './invariants';
import type { Scenario } from './scenario';
import { ServerModel } from './server';
import { Rig, type Plant } from './stepper';
import { Parts } from './store';
import { clientOf, isFromServer, partsOf, type Datagram, type Out } from './symbols';
import { clientDid, serverDid, type Conn, type Conns } from './tcp';

export type Row = ArrayLike<number>;
export type Budget = Readonly<Record<string, number>>;
type Datagrams = readonly Datagram[];

/** What a client keeps up whatever the server sends. */
const EVEN_AGAINST_SERVER: ReadonlySet<string> = new Set(['I-11', 'I-12', 'I-14', 'I-22', 'L-2']);

const OTHER: Input = { type: 'other' };

interface Stepped {
  readonly id: number;
  readonly out: readonly Out[];
}

/** A world that is being made out of another. */
export interface Draft {
  readonly row: number[];
  readonly out: Out[];
}

export class Universe {
  readonly rig: Rig;
  readonly ids: readonly string[];
  readonly width: number;
  private readonly clients = new Parts<ClientModel>();
  private readonly conns = new Parts<Conns>();
  private readonly servers = new Parts<ServerModel>();
  private readonly datagrams = new Parts<Datagrams>();
  private readonly budgets = new Parts<Budget>();
  private readonly clientSteps = new Map<string, Stepped>();
  private readonly serverSteps = new Map<string, Stepped>();
  private readonly limits: Limits;

  constructor(
    readonly scenario: Scenario,
    plant?: Plant,
    /** Breaks a part on purpose before anything happens. */
    private readonly sabotage?: (server: ServerModel) => void,
  ) {
    this.rig = new Rig(plant);
    this.ids = Object.keys(scenario.users);
    this.width = 2 * this.ids.length + 3;
    this.limits = Object.freeze({ ...LIMITS, SESSION_BLOCK: 2, ...scenario.limits });
  }

  /** The world in which nothing has happened, but that the server is on. */
  first(): Draft {
    const { stepper } = this.rig;
    const { scenario, limits, ids } = this;
    const { wrongKey = [], blocked = {}, pumpRoom = 2 } = scenario;
    const setup = Object.freeze({ stepper, limits, subscribers: Object.freeze([...ids]), pumpRoom });
    const server = new ServerModel(setup);
    this.sabotage?.(server);
    server.start();
    server.tidy();
    const key = (id: string) => (wrongKey.includes(id) ? 'wrong' : 'right');
    const clients = ids.map((id) => new ClientModel(stepper, id, key(id), blocked[id]));
    const row = [
      ...clients.map((client) => this.clientPart(client)),
      ...ids.map(() => this.connsPart({})),
      this.servers.id(canonical(server), () => server),
      this.datagramsPart([]),
      this.budgetPart(budgetOf(scenario)),
    ];
    this.rig.taken();
    return { row, out: [] };
  }

  // Looking

  client(row: Row, i: number): ClientModel {
    return this.clients.get(row[i] as number);
  }
  connsOf(row: Row, i: number): Conns {
    return this.conns.get(row[this.ids.length + i] as number);
  }
  server(row: Row): ServerModel {
    return this.servers.get(row[2 * this.ids.length] as number);
  }
  datagramsIn(row: Row): Datagrams {
    return this.datagrams.get(row[2 * this.ids.length + 1] as number);
  }
  budget(row: Row): Budget {
    return this.budgets.get(row[2 * this.ids.length + 2] as number);
  }
  indexOf(conn: string): number {
    return this.ids.indexOf(clientOf(conn));
  }
  /** Different parts met so far, for the report. */
  get parts(): string {
    return `${String(this.clients.size)} client, ${String(this.servers.size)} server`;
  }

  // Changing

  /** A step of a client; `key` names what happens. */
  stepClient(draft: Draft, i: number, key: string, run: (client: ClientModel) => void, input = OTHER): void {
    const from = draft.row[i] as number;
    const name = `${String(from)} ${key}`;
    let stepped = this.clientSteps.get(name);
    if (!stepped) {
      const model = copy(this.clients.get(from));
      const before = model.client.status;
      run(model);
      if (this.scenario.turns !== 'open') model.endTurn();
      const out = [...model.out, ...clientViolations(before, model, input), ...this.cells()];
      model.out = [];
      stepped = { id: this.clientPart(model), out };
      this.clientSteps.set(name, stepped);
    }
    draft.row[i] = stepped.id;
    draft.out.push(...stepped.out);
    for (const out of stepped.out) if (out.type === 'datagram') this.addDatagram(draft, out.datagram);
    if (stepped.out.some(concernsTcp)) this.changeConns(draft, i, (conns) => stepped.out.reduce(clientDid, conns));
  }

  /** A step of the server. */
  stepServer(draft: Draft, key: string, run: (server: ServerModel) => void, input = OTHER): void {
    const at = 2 * this.ids.length;
    const name = `${String(draft.row[at])} ${key}`;
    let stepped = this.serverSteps.get(name);
    if (!stepped) {
      const model = copy(this.servers.get(draft.row[at] as number));
      const before = snapsOf(model);
      run(model);
      if (this.scenario.turns !== 'open') endTurns(model);
      const out = [...model.out, ...serverViolations(before, model, input), ...this.cells()];
      model.out = [];
      model.tidy();
      this.rig.taken();
      stepped = { id: this.servers.id(canonical(model), () => model), out };
      this.serverSteps.set(name, stepped);
    }
    draft.row[at] = stepped.id;
    draft.out.push(...stepped.out);
    for (const out of stepped.out) {
      if (out.type === 'datagram') this.addDatagram(draft, out.datagram);
      if (out.type !== 'write' && out.type !== 'end') continue;
      this.changeConns(draft, this.indexOf(out.conn), (conns) => serverDid(conns, out));
    }
  }

  changeConns(draft: Draft, i: number, change: (conns: Conns) => Conns): void {
    const slot = this.ids.length + i;
    const before = this.conns.get(draft.row[slot] as number);
    const after = change(before);
    if (after !== before) draft.row[slot] = this.connsPart(after);
  }

  spend(draft: Draft, what: string): void {
    const slot = 2 * this.ids.length + 2;
    const before = this.budgets.get(draft.row[slot] as number);
    draft.row[slot] = this.budgetPart({ ...before, [what]: (before[what] ?? 0) - 1 });
  }

  /** The end of a move: datagrams that can do nothing any more are forgotten; what was read is compared with what is stored. */
  settle(draft: Draft): void {
    const slot = 2 * this.ids.length + 1;
    const before = this.datagrams.get(draft.row[slot] as number);
    if (before.length > 0) {
      const after = before.filter((datagram) => this.matters(draft.row, datagram));
      if (after.length < before.length) draft.row[slot] = this.datagramsPart(after);
    }
    if (draft.out.length > 0) draft.out.push(...shownViolations(draft.out, this.server(draft.row)));
  }

  /** What must hold in every world, looked at when it is new. */
  look(draft: Draft): void {
    const server = this.server(draft.row);
    this.ids.forEach((id, i) => {
      const client = this.client(draft.row, i);
      draft.out.push(...watchdogViolations(client));
      if (id === this.scenario.lies?.by) return;
      draft.out.push(...agreementViolations(client, this.connsOf(draft.row, i), server));
    });
  }

  /** What is wrong in a draft. Where somebody lies, what is promised to conforming programs only does not count. */
  wrong({ out }: Draft): Extract<Out, { type: 'violation' }> | undefined {
    const { lies, lyingServer } = this.scenario;
    const counts = (invariant: string): boolean =>
      lyingServer ? EVEN_AGAINST_SERVER.has(invariant) : !lies || invariant !== 'I-7';
    for (const each of out) if (each.type === 'violation' && counts(each.invariant)) return each;
    return undefined;
  }

  /** Nothing is left of the log-ons that came before the scenario. */
  forgetDatagrams(draft: Draft): void {
    draft.row[2 * this.ids.length + 1] = this.datagramsPart([]);
  }

  lose(draft: Draft, datagram: Datagram): void {
    const slot = 2 * this.ids.length + 1;
    const rest = this.datagrams.get(draft.row[slot] as number).filter((each) => each !== datagram);
    draft.row[slot] = this.datagramsPart(rest);
  }

  private addDatagram(draft: Draft, datagram: Datagram): void {
    const slot = 2 * this.ids.length + 1;
    const before = this.datagrams.get(draft.row[slot] as number);
    if (!before.includes(datagram)) draft.row[slot] = this.datagramsPart([...before, datagram].sort());
  }

  private matters(row: Row, datagram: Datagram): boolean {
    const { type, attempt, rand } = partsOf(datagram);
    const i = this.indexOf(attempt);
    if (i < 0) return false;
    const client = this.client(row, i);
    if (client.attempt === attempt && client.udp === 'open') return true;
    if (isFromServer(datagram)) return false;
    const { board, ports } = this.server(row);
    if (type === 'RESPONSE') return board.tables.byRand.has(rand);
    return board.tables.byHash.has(datagram) || (ports.authenticator.made[datagram] ?? 0) < (this.scenario.late ?? 1);
  }

  private cells(): readonly Out[] {
    return cellViolations(this.rig.taken());
  }

  private clientPart(client: ClientModel): number {
    return this.clients.id(canonical(client), () => client);
  }
  private connsPart(conns: Conns): number {
    const names = Object.keys(conns).sort();
    return this.conns.id(names.map((name) => name + connText(conns[name] as Conn)).join(), () => conns);
  }
  private datagramsPart(datagrams: Datagrams): number {
    return this.datagrams.id(datagrams.join(), () => datagrams);
  }
  private budgetPart(budget: Budget): number {
    return this.budgets.id(JSON.stringify(budget), () => budget);
  }
}

function concernsTcp({ type }: Out): boolean {
  return type === 'open' || type === 'write' || type === 'end';
}

/** A connection is never changed, so its text is made once. */
const connTexts = new WeakMap<Conn, string>();
function connText(conn: Conn): string {
  const known = connTexts.get(conn);
  if (known !== undefined) return known;
  const { client, server, up, down, cut } = conn;
  const text = JSON.stringify([client, server, up, down, cut]);
  connTexts.set(conn, text);
  return text;
}

/** The end of a turn may queue something for the next one. */
function endTurns(server: ServerModel): void {
  do server.endTurn();
  while (server.hasPending);
}

/** `A.cmd` and the like for users, plain names for faults. */
function budgetOf({ users, faults = {} }: Scenario): Budget {
  const ofUsers = Object.entries(users).flatMap(([id, budget]) =>
    Object.entries(budget).map(([what, n]) => [`${id}.${what}`, n as number] as const),
  );
  return Object.fromEntries([...ofUsers, ...Object.entries(faults)] as (readonly [string, number])[]);
}
