/** The inspector's page as its user has it: what it shows, and what can be done with it. Must never be here: an expectation. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import type { Actor } from '../../bin/demo/stage';
import type { Watch } from './browser';
import { PARTS, readLadder, readView, type Part, type Rung, type View } from './in-page';

/** A page waits no longer for what it is to show. */
export const PATIENCE_MS = 15_000;
const LINK = /inspector: (http\S+)$/;

/** The link that a process has printed; call it once for each. */
export async function linkOf(actor: Actor): Promise<string> {
  return LINK.exec(await actor.complains(LINK))?.[1] ?? '';
}
/** One address for several processes, as the demo makes it. */
export function together([first = '', ...others]: readonly string[]): string {
  const added = others.map((link): [string, string] => ['add', link.replace('http://', '')]);
  return `${first}#${new URLSearchParams(added).toString()}`;
}

/** How many entries the page makes of what a process has recorded: an event and the answer to it are one. */
export async function entriesOf(link: string): Promise<number> {
  const recording = await fetch(link.replace('/?', '/recording?'));
  if (!recording.ok) throw new Error(`${link} answers ${String(recording.status)}`);
  const types = [...(await recording.text()).matchAll(/^\{"type":"service\.(\w+)"/gm)].map(([, type]) => type);
  return types.filter((type) => type !== 'process' && type !== 'event').length;
}

/** A file that the page gave to its user. */
export interface Saved {
  readonly name: string;
  readonly path: string;
  readonly content: Buffer;
}

export class Inspector {
  readonly machines: Locator;
  readonly searchMachines: Locator;
  readonly events: Locator;
  readonly filterEvents: Locator;
  readonly processes: Locator;
  readonly pause: Locator;
  readonly thisClientOnly: Locator;
  readonly sendButton: Locator;
  readonly dialog: Locator;

  constructor(
    readonly page: Page,
    readonly watch: Watch,
  ) {
    this.machines = page.getByRole('listbox', { name: 'Machines' });
    this.searchMachines = page.getByRole('searchbox', { name: 'Search machines' });
    this.events = page.getByRole('listbox', { name: 'Events' }).getByRole('option');
    this.filterEvents = page.getByRole('searchbox', { name: 'Filter events' });
    this.processes = page.getByRole('list', { name: 'Processes' }).getByRole('listitem');
    this.pause = page.getByRole('button', { name: /^(Pause: |Live: |Newest entry)/ });
    this.thisClientOnly = page.getByRole('checkbox', { name: 'This client only' });
    this.sendButton = page.getByRole('button', { name: 'Send an event to the chosen machine' });
    this.dialog = page.getByRole('dialog');
  }

  /** What is shown now. */
  view(): Promise<View> {
    return this.page.evaluate(readView, PARTS);
  }
  ladder(): Promise<Rung[]> {
    return this.page.evaluate(readLadder);
  }
  /** Everything in the page, seen or not. */
  content(): Promise<string> {
    return this.page.content();
  }

  /** What is shown as soon as this holds. @throws Error with the last view if it does not come to hold */
  when(holds: (view: View) => boolean): Promise<View> {
    return this.until(() => this.view(), holds);
  }
  /** What is read as soon as it is so. @throws Error with what was read last */
  async until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; ;) {
      const value = await read();
      if (holds(value)) return value;
      if (Date.now() > end) throw new Error(`the page shows something else: ${JSON.stringify(value, null, 1)}`);
      await this.drawn();
    }
  }
  private async drawn(): Promise<void> {
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(done))');
  }
  /** What is shown when everything is there that these processes have recorded. */
  async caughtUp(...links: readonly string[]): Promise<View> {
    const read = async (): Promise<{ readonly view: View; readonly recorded: number }> => {
      const counts = await Promise.all(links.map(entriesOf));
      return { view: await this.view(), recorded: counts.reduce((sum, one) => sum + one, 0) };
    };
    return (await this.until(read, ({ view, recorded }) => view.total === recorded)).view;
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }
  /** One step with the arrow key; with `This client only` it may be a long one. @param from what is shown, if it is known */
  async step(by: 1 | -1, from?: View): Promise<View> {
    const { where } = from ?? (await this.view());
    await this.press(by > 0 ? 'ArrowRight' : 'ArrowLeft');
    await this.drawn();
    return this.when((view) => view.where !== where);
  }
  async goTo(position: number): Promise<View> {
    await this.page.getByRole('slider', { name: 'Moment' }).fill(String(position));
    return this.when((view) => view.position === position);
  }
  async live(): Promise<View> {
    await this.page.getByRole('button', { name: 'To the newest: live' }).click();
    return this.when(({ where }) => !where.endsWith('paused'));
  }
  /** From the first entry to the newest, what was shown at each. */
  async through(): Promise<View[]> {
    await this.press('Home');
    const views: View[] = [];
    for (let view = await this.when(({ position }) => position === 1); view.where.endsWith('paused');) {
      views.push(view);
      view = await this.step(1, view);
    }
    return views;
  }

  /** Until it is shown: a list that still grows moves under the mouse. @param name `alice`, `#1 alice` */
  async chooseClient(name: string): Promise<void> {
    const option = this.machines.getByRole('option', { name: new RegExp(`^${name}( stopped)?$`) });
    const choose = async (): Promise<View> => {
      await option.click();
      await this.drawn();
      return this.view();
    };
    await this.until(choose, ({ charts }) => charts.connection.title === `${name} connection`);
  }
  async choosePart(part: Part): Promise<void> {
    await this.press(String(PARTS.indexOf(part) + 1));
  }
  /** Opens a menu of the top bar, if it is not open; by key, because another menu may lie over it. */
  async menu(name: string): Promise<void> {
    const button = this.page.getByRole('button', { name, exact: true });
    const open = this.page.locator('details[open]', { has: button });
    if ((await open.count()) === 0) await button.press('Enter');
  }
  /** Adds a process, as far as this is a link. */
  async addProcess(link: string): Promise<void> {
    await this.menu('Add process');
    await this.page.getByRole('textbox', { name: 'Link that the other process has printed' }).fill(link);
    await this.press('Enter');
  }

  /** The file that a button gives. */
  async saved(button: string): Promise<Saved> {
    const coming = this.page.waitForEvent('download');
    await this.page.getByRole('button', { name: button }).click();
    const download = await coming;
    const path = await download.path();
    return { name: download.suggestedFilename(), path, content: await readFile(path) };
  }
  async savedRecording(): Promise<Saved> {
    await this.menu('Record');
    return this.saved('Save recording: everything, as JSON lines');
  }
}
