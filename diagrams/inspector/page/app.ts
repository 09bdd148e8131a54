/** The page as one object: what is recorded, what is chosen, and the views that show it. */
import { Connections } from './connections';
import { clockShifts } from './model/clock';
import { exported, imported } from './model/files';
import { foldingOf, UNFOLDED } from './model/folding';
import { arrowsOf, type Arrow } from './model/ladder';
import { firstGroup } from './model/list';
import { fragmentOf, linksIn, readLink } from './model/links';
import { chatOf, concerns, groupsOf, playing, positionOf, stepped, type Group } from './model/moment';
import { scxml } from './model/payloads';
import { Recording, type Entry } from './model/record';
import { Charts } from './view/charts';
import { Details } from './view/details';
import { download, h, setText } from './view/dom';
import { EventList } from './view/events';
import { helpDialog } from './view/help';
import { LadderView } from './view/ladder';
import { MachineList } from './view/machine-list';
import { SendDialog } from './view/send-dialog';
import type { Actions, Role, Scene, Settings } from './view/scene';
import { toggleTheme } from './view/theme';
import { TopBar } from './view/top-bar';
import { Transport } from './view/transport';

/** A notice stays so long. */
const NOTICE_MS = 8000;
/** Drawing takes at most about this part of the time. */
const REST_FACTOR = 3;
/** But it is never older than about this. */
const REST_MAX_MS = 250;

export class App {
  readonly record = new Recording();
  readonly connections: Connections;
  readonly charts: Charts;
  readonly machines: MachineList;
  readonly events: EventList;
  readonly element: HTMLElement;
  private settings: Settings = {
    level: { client: 'spec', server: 'full' },
    list: { text: '', running: 'all' },
    events: '',
    keepalives: false,
    own: false,
    part: 'connection',
  };
  private groupKey: string | undefined;
  private moment: Entry | undefined;
  private links: readonly string[] = [];
  private readonly views: readonly { render(scene: Scene): void }[];
  private readonly sendDialog: SendDialog;
  private readonly help = helpDialog();
  private readonly notice = h('div', { class: 'toast', attrs: { role: 'status', 'aria-live': 'polite' } });
  private noticeTimer = 0;
  private known = { version: -1, groups: [] as readonly Group[], arrows: [] as readonly Arrow[], folding: UNFOLDED };
  private scheduled = false;
  /** Something changed since the last drawing. */
  private stale = false;

  constructor() {
    this.connections = new Connections(this.record, {
      changed: () => this.changed(),
      say: (text) => this.say(text),
      failed: (link) => this.remember(this.links.filter((one) => one !== link)),
      begins: () => this.begin(),
    });
    this.sendDialog = new SendDialog((machine, event, payload) => {
      const sent = this.connections.send(machine, scxml(event, payload, machine.session));
      this.say(
        sent ? `${event} was sent to ${machine.name}.` : `${machine.process.name} is not connected: nothing was sent.`,
      );
    });
    const actions = this.actions;
    const [topBar, transport, ladder, details] = [
      new TopBar(actions),
      new Transport(actions),
      new LadderView(actions),
      new Details(actions),
    ];
    this.charts = new Charts(actions);
    this.machines = new MachineList(actions);
    this.events = new EventList(actions);
    this.views = [topBar, transport, this.machines, this.charts, ladder, this.events, details];
    const panels = [this.machines, this.charts, ladder, this.events, details].map(({ element }) => element);
    this.element = h(
      'div',
      { class: 'page' },
      topBar.element,
      transport.element,
      ...panels,
      this.notice,
      this.help,
      this.sendDialog.element,
    );
  }

  /** Opens the links that the address of the page remembers. */
  openRemembered(): void {
    for (const link of linksIn(window.location.hash)) this.addLink(link);
  }

  /** Reads a recording. */
  load(text: string): void {
    const { read, wrong, cut } = imported(this.record, text);
    const ignored = wrong === 0 ? '' : `, ${String(wrong)} malformed lines ignored`;
    const early = cut === undefined ? '' : ` The recording ends early: ${cut}.`;
    this.say(`${String(read)} lines read${ignored}.${early}`);
    this.changed();
  }
  loadFile(file: File): void {
    file.text().then(
      (text) => this.load(text),
      () => this.say(`${file.name} cannot be read.`),
    );
  }

  /** Nothing that was chosen is there any more. */
  private begin(): void {
    this.groupKey = undefined;
    this.show(undefined);
  }

  readonly actions: Actions = {
    choose: (group, part) => {
      this.groupKey = group.key;
      if (part) this.settings = { ...this.settings, part };
      this.changed();
    },
    setLevel: (level) => {
      const role = this.role;
      const other = this.settings.level[role] === 'spec' ? 'full' : 'spec';
      this.actions.set({ level: { ...this.settings.level, [role]: level ?? other } });
    },
    set: (change) => {
      this.settings = { ...this.settings, ...change };
      this.changed();
    },
    show: (moment) => this.show(moment),
    step: (by) => this.step(by),
    goTo: (position) => {
      const { entries } = this.record;
      this.show(position >= entries.length ? undefined : entries[Math.max(0, position - 1)]);
    },
    togglePause: () => this.show(this.moment ? undefined : this.record.entries.at(-1)),
    send: () => this.openSend(),
    reconnect: (process) => this.connections.reconnect(process),
    addLink: (text) => this.addLink(text),
    setLimit: (entries) => {
      if (Number.isFinite(entries)) this.record.limit = entries;
      this.changed();
    },
    importFile: (file) => this.loadFile(file),
    exportRecording: () =>
      download('parley-recording.jsonl', new Blob([exported(this.record)], { type: 'application/x-ndjson' })),
    toggleTheme,
    help: () => this.help.showModal(),
  };

  private get role(): Role {
    return this.group()?.process.role ?? 'client';
  }
  get keepalives(): boolean {
    return this.settings.keepalives;
  }
  get part(): Settings['part'] {
    return this.settings.part;
  }

  /** Draws soon, and not more often than the browser can follow. */
  changed(): void {
    this.stale = true;
    if (this.scheduled) return;
    this.scheduled = true;
    window.requestAnimationFrame(() => {
      const begin = performance.now();
      this.stale = false;
      this.render();
      const rest = Math.min(REST_MAX_MS, (performance.now() - begin) * REST_FACTOR);
      window.setTimeout(() => {
        this.scheduled = false;
        if (this.stale) this.changed();
      }, rest);
    });
  }
  private render(): void {
    const scene = this.scene();
    for (const view of this.views) view.render(scene);
  }

  private scene(): Scene {
    const { record, settings, moment } = this;
    this.refresh();
    const { groups, arrows } = this.known;
    const folding = settings.keepalives ? UNFOLDED : this.known.folding;
    const group = this.group();
    const position = moment ? Math.max(1, positionOf(record.entries, moment)) : record.entries.length;
    return { record, settings, groups, group, moment, entry: record.entries[position - 1], position, arrows, folding };
  }

  /** What follows from the record alone, once for each version of it. */
  private refresh(): void {
    const { record } = this;
    if (this.known.version === record.version) return;
    const arrows = arrowsOf(record.entries);
    const shifts = clockShifts(arrows);
    if (shifts.size > 0) record.shift(shifts);
    const folding = foldingOf(record.entries);
    this.known = { version: record.version, groups: groupsOf(record), arrows, folding };
  }

  private group(): Group | undefined {
    const { groups } = this.known;
    return groups.find(({ key }) => key === this.groupKey) ?? firstGroup(groups);
  }

  private show(moment: Entry | undefined): void {
    this.moment = moment;
    this.changed();
  }

  private step(by: number): void {
    const { group, folding } = this.scene();
    const { own } = this.settings;
    const steps = this.record.entries.filter(
      (entry) => !folding.heads.has(entry) && (!own || !group || concerns(entry, group)),
    );
    this.show(stepped(steps, this.moment, by));
  }

  private openSend(): void {
    const group = this.group();
    const seen = group && playing(group, this.settings.part, undefined);
    if (!seen || seen.stopped) return this.say(`This client has no running ${this.settings.part} machine.`);
    if (!seen.machine.process.control)
      return this.say(`${seen.machine.process.name} does not allow control (--inspect-control).`);
    this.sendDialog.open(seen.machine, seen.state, chatOf(group));
  }

  /** @returns what is wrong with the link */
  private addLink(text: string): string | undefined {
    const link = readLink(/^http:/.test(text.trim()) ? text : `http://${text.trim()}`);
    if (link === undefined) return 'This is not a link of the form http://127.0.0.1:PORT/?token=T.';
    this.remember([...new Set([...this.links, link])]);
    this.connections.open(link);
    return undefined;
  }

  /** The address of the page names the processes that were added, so that it can be loaded again. */
  private remember(links: readonly string[]): void {
    this.links = links;
    const { pathname, search } = window.location;
    window.history.replaceState(null, '', `${pathname}${search}${fragmentOf(links)}`);
  }

  private say(text: string): void {
    setText(this.notice, text);
    window.clearTimeout(this.noticeTimer);
    this.noticeTimer = window.setTimeout(() => setText(this.notice, ''), NOTICE_MS);
  }
}
