/**
 * The demo with the inspector (`--inspect`): every process serves its page, one link opens them all side by side, and nothing
 * is typed before Enter is pressed. Without a terminal at its input it only waits for lines, and goes on when there are none.
 */
import { createInterface } from 'node:readline';
import type { Actor, Gate, Stage } from './stage';

const LINK = /inspector: (http\S+)$/;

export class Lecture {
  private readonly links = new Map<Actor, string>();
  private readonly lines = createInterface({ input: process.stdin });
  private pressed = 0;
  private input: 'open' | 'ended' = 'open';
  private wake: () => void = () => undefined;
  private stage: Stage | undefined;

  constructor(private readonly say: (line: string) => void) {
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
  begin(stage: Stage): void {
    this.stage = stage;
    this.links.clear();
  }

  readonly gate: Gate = async (actor, line) => {
    await this.showLink();
    this.say(`        [Enter] ${actor.name} types: ${line}`);
    await this.enter();
  };

  /** Waits for Enter, so that what was shown last can be looked at. */
  async end(): Promise<void> {
    this.say('        [Enter] this scenario ends, and its processes with it');
    await this.enter();
  }

  close(): void {
    this.lines.close();
  }

  /** One link for all processes there are; again when there are more. */
  private async showLink(): Promise<void> {
    const known = this.links.size;
    for (const actor of this.stage?.all ?? []) {
      if (this.links.has(actor) || actor.name === 'parley-keys') continue;
      this.links.set(actor, LINK.exec(await actor.complains(LINK))?.[1] ?? '');
    }
    if (this.links.size === known) return;
    const [first = '', ...others] = this.links.values();
    const added = others.map((link): [string, string] => ['add', link.replace('http://', '')]);
    this.say(`        open ${first}#${new URLSearchParams(added).toString()}`);
  }

  private async enter(): Promise<void> {
    while (this.pressed === 0 && this.input === 'open') await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.pressed > 0) this.pressed--;
  }
}
