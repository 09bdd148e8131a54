/**
 * The demo with the inspector (`--inspect`): one link shows the processes of every scenario side by side, and nothing is typed
 * before Enter is pressed. Without a terminal at its input it only waits for lines, and goes on when there are none.
 */
import { createInterface } from 'node:readline';
import type { Hub } from '../../diagrams/inspector/hub';
import type { Actor, Gate, Stage } from './stage';
import type { View } from './view';

const LINK = /inspector: (http\S+)$/;

/** Somebody may talk as long as he wants between two lines: here no user is logged off because he is silent. */
export const TALK_MS = 24 * 3_600_000;
export const TALKING = ['--limit', `T_ACTIVITY_MS=${String(TALK_MS)}`] as const;

interface Held {
  readonly who: string;
  readonly line: string;
  readonly go: () => void;
}

export class Lecture {
  private readonly links = new Map<Actor, string>();
  private readonly lines = createInterface({ input: process.stdin });
  private pressed = 0;
  private input: 'open' | 'ended' = 'open';
  private wake: () => void = () => undefined;
  private held: Held[] = [];
  private asking: 'no' | 'yes' = 'no';
  private act = 0;
  private stage: Stage | undefined;
  private view: View | undefined;

  constructor(
    private readonly say: (line: string) => void,
    private readonly hub: Hub,
  ) {
    this.lines.on('line', () => {
      this.pressed++;
      this.wake();
    });
    this.lines.on('close', () => {
      this.input = 'ended';
      this.wake();
    });
  }

  /** The processes of this stage are shown from now on. */
  begin(stage: Stage, view: View): void {
    this.stage = stage;
    this.view = view;
    this.links.clear();
    this.hub.show(++this.act, []);
  }

  readonly gate: Gate = ({ name }, line) =>
    new Promise((go) => {
      this.held.push({ who: name, line, go });
      if (this.asking === 'no') void this.ask();
    });

  /** Waits for Enter, so that what was shown last can be looked at. */
  async end(): Promise<void> {
    await this.view?.quiet();
    this.say('        [Enter] this scenario ends, and its processes with it');
    await this.enter();
  }

  close(): void {
    this.lines.close();
    this.hub.close();
  }

  /** What several are about to type at once goes with one Enter. */
  private async ask(): Promise<void> {
    this.asking = 'yes';
    while (this.held.length > 0) {
      await this.view?.quiet();
      await this.showLinks();
      const held = this.held.splice(0);
      this.say(`        [Enter] ${announced(held)}`);
      await this.enter();
      this.view?.write();
      for (const { go } of held) go();
    }
    this.asking = 'no';
  }

  private async showLinks(): Promise<void> {
    const known = this.links.size;
    for (const actor of this.stage?.all ?? []) {
      if (this.links.has(actor) || actor.name === 'parley-keys') continue;
      this.links.set(actor, LINK.exec(await actor.complains(LINK))?.[1] ?? '');
    }
    if (this.links.size > known) this.hub.show(this.act, [...this.links.values()]);
  }

  private async enter(): Promise<void> {
    while (this.pressed === 0 && this.input === 'open') await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.pressed > 0) this.pressed--;
  }
}

function announced(held: readonly Held[]): string {
  const lines = new Set(held.map(({ line }) => line));
  const [first] = held;
  if (!first) return '';
  if (held.length === 1) return `${first.who} types: ${first.line}`;
  return `${String(held.length)} users type: ${lines.size === 1 ? first.line : `${first.line}, and so on`}`;
}
