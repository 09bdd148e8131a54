/**
 * Breadth first through all worlds of a scenario, so that the first violation found has a shortest story; and L-1 as a
 * property of the graph: every world has one fair successor, and the way along them must come to a good end.
 * Must never be here: what the worlds are.
 */
import { chances } from './chances';
import { endViolations, goesHome } from './ends';
import { FAIR, naturalMoves, type Move } from './moves';
import type { Scenario } from './scenario';
import type { Plant } from './stepper';
import type { ServerModel } from './server';
import { Numbers, Rows } from './store';
import type { Out } from './symbols';
import { prelude } from './prelude';
import { Universe, type Draft, type Row } from './world';

export interface Result {
  readonly scenario: string;
  readonly about: string;
  readonly worlds: number;
  readonly transitions: number;
  readonly depth: number;
  readonly complete: boolean;
  readonly seconds: number;
  /** Worlds from which the fair run was followed to its end, and how many ends there are. */
  readonly fairRuns: number;
  readonly ends: number;
  readonly violation?: Found;
  readonly cells: readonly string[];
}
export interface Found {
  readonly invariant: string;
  readonly what: string;
  /** The shortest story, in words, one event a line. */
  readonly story: readonly string[];
}
export interface Options {
  readonly plant?: Plant;
  readonly sabotage?: (server: ServerModel) => void;
  /** Seconds after which the exploration stops. */
  readonly seconds?: number;
}

const NO_FAIR_MOVE = -1;
const NOT_EXPANDED = -2;

/** Explores a scenario until its graph is complete, a limit is reached, or something is wrong. */
export function explore(scenario: Scenario, options: Options = {}): Result {
  return new Exploration(scenario, options).run();
}

class Exploration {
  private readonly u: Universe;
  private readonly rows: Rows;
  private readonly parents = new Numbers();
  private readonly depths = new Numbers();
  /** The fair successor of each world; -1: none, the fair run ends here. */
  private readonly fair = new Numbers();
  private transitions = 0;
  private found: Found | undefined;

  constructor(
    private readonly scenario: Scenario,
    private readonly options: Options,
  ) {
    this.u = new Universe(scenario, options.plant, options.sabotage);
    this.rows = new Rows(this.u.width);
  }

  run(): Result {
    const begun = performance.now();
    const most = this.scenario.most ?? Infinity;
    const until = begun + (this.options.seconds ?? Infinity) * 1000;
    this.add(prelude(this.u).row, -1);
    let next = 0;
    for (; next < this.rows.size && !this.found; next++) {
      if (this.rows.size > most || (next % 256 === 0 && performance.now() > until)) break;
      this.expand(next);
    }
    const complete = next === this.rows.size && !this.found;
    const ends = this.found ? { runs: 0, ends: 0 } : this.followFairRuns(next);
    return {
      scenario: this.scenario.name,
      about: this.scenario.about,
      worlds: this.rows.size,
      transitions: this.transitions,
      depth: this.rows.size === 0 ? 0 : this.depths.at(this.rows.size - 1),
      complete: complete && !this.found,
      seconds: (performance.now() - begun) / 1000,
      fairRuns: ends.runs,
      ends: ends.ends,
      ...(this.found ? { violation: this.found } : {}),
      cells: [...this.u.rig.cells.keys()],
    };
  }

  private add(row: Row, parent: number): number {
    const index = this.rows.add(row);
    this.parents.push(parent);
    this.depths.push(parent < 0 ? 0 : this.depths.at(parent) + 1);
    this.fair.push(NOT_EXPANDED);
    return index;
  }

  private expand(index: number): void {
    const row = this.rows.at(index);
    const moves = naturalMoves(this.u, row).sort((a, b) => (a.fair ?? Infinity) - (b.fair ?? Infinity));
    let fair = NO_FAIR_MOVE;
    for (const move of moves) {
      // Where the scenario is patient, timers wait as in a fair run.
      if (this.scenario.mustConnect && fair >= 0 && (move.fair ?? 0) >= FAIR.RETRY) continue;
      const to = this.follow(index, row, move);
      if (fair < 0 && move.fair !== undefined && to >= 0 && to !== index) fair = to;
      if (this.found) return;
    }
    this.fair.set(index, fair);
    for (const move of chances(this.u, row)) {
      this.follow(index, row, move);
      if (this.found) return;
    }
  }

  private follow(index: number, row: Row, move: Move): number {
    const draft: Draft = { row: [...(row as Int32Array)], out: [] };
    move.apply(draft);
    this.u.settle(draft);
    this.transitions++;
    const known = this.rows.find(draft.row);
    if (known < 0) this.u.look(draft);
    const wrong = this.u.wrong(draft);
    if (wrong) {
      const story = [...this.story(index), ...told(move, draft.out)];
      this.found = { invariant: wrong.invariant, what: wrong.what, story };
    }
    return known >= 0 ? known : this.add(draft.row, index);
  }

  /** Every fair run from every expanded world; each step is taken once, since the runs join. */
  private followFairRuns(expanded: number): { runs: number; ends: number } {
    const checked = new Map<number, 'running' | 'good'>();
    let runs = 0;
    let ends = 0;
    for (let from = 0; from < expanded && !this.found; from++) {
      const path: number[] = [];
      let at = from;
      while (checked.get(at) === undefined && this.fair.at(at) >= 0) {
        checked.set(at, 'running');
        path.push(at);
        at = this.fair.at(at);
      }
      if (checked.get(at) === 'running') this.fails(at, 'the fair run goes in a circle');
      else if (checked.get(at) === undefined && this.fair.at(at) === NO_FAIR_MOVE) {
        ends++;
        checked.set(at, 'good');
        this.checkEnd(at);
      }
      if (this.fair.at(at) !== NOT_EXPANDED) runs++;
      for (const world of path) checked.set(world, 'good');
      if (!this.found && this.scenario.mustConnect) this.checkConnected(from, at);
    }
    return { runs, ends };
  }

  private checkEnd(index: number): void {
    const row = this.rows.at(index);
    const [wrong] = [...endViolations(this.u, row), ...goesHome(this.u, row)];
    if (wrong) this.fails(index, wrong);
  }
  /** L-3. */
  private checkConnected(from: number, end: number): void {
    const before = this.u.client(this.rows.at(from), 0).client.status.connection;
    const after = this.u.client(this.endOf(end), 0).client.status.connection;
    if (before === 'Offline' || after === 'Connected') return;
    this.found = {
      invariant: 'L-3',
      what: `the fair run from here ends in ${after}`,
      story: [...this.story(from), 'and from here on nobody does anything more'],
    };
  }
  private endOf(index: number): Row {
    let at = index;
    while (this.fair.at(at) >= 0) at = this.fair.at(at);
    return this.rows.at(at);
  }
  private fails(index: number, what: string): void {
    const story = [...this.story(index), 'and from here on nobody does anything more'];
    this.found = { invariant: 'L-1', what, story };
  }

  /** The way from the first world to this one: each step is found again among the moves of its world. */
  private story(index: number): string[] {
    const path: number[] = [];
    for (let at = index; at >= 0; at = this.parents.at(at)) path.unshift(at);
    return path.slice(1).flatMap((to, i) => this.stepBetween(path[i] as number, to));
  }
  private stepBetween(from: number, to: number): string[] {
    const row = this.rows.at(from);
    for (const move of [...naturalMoves(this.u, row), ...chances(this.u, row)]) {
      const draft: Draft = { row: [...row], out: [] };
      move.apply(draft);
      this.u.settle(draft);
      if (this.rows.find(draft.row) === to) return told(move, draft.out);
    }
    throw new Error('a step of the story is not found again');
  }
}

/** A step in words, with what users read. */
function told(move: Move, outs: readonly Out[]): string[] {
  const read = outs.flatMap((out) => {
    if (out.type === 'says') return [`${out.to} reads "${out.text}"`];
    if (out.type === 'shown') return [`${out.to} reads "${out.from}: ${out.text}"`];
    return out.type === 'listed'
      ? [`${out.to} reads "<${String(out.session)}> <from: ${out.from}> <${out.text}>"`]
      : [];
  });
  return [read.length === 0 ? move.words : `${move.words}; ${read.join('; ')}`];
}
