/**
 * The lists, the levels of a drawing, and the files that the page gives: recording, SVG, PNG; and the recording opened again
 * without any process.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from '../../bin/demo/stage';
import { stages } from '../binaries/support';
import { browsing, describeInBrowser } from './browser';
import type { Inspector } from './inspector';
import { inspectFile, openStory, story, TEXTS, threeProcesses, type Inspected } from './support';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The little of the DOM that is used in the page. */
interface Parsed {
  readonly documentElement: { readonly tagName: string; getAttribute(name: string): string | null };
  querySelectorAll(
    selector: string,
  ): Iterable<{ readonly textContent: string; getAttribute(name: string): string | null }>;
}
declare const DOMParser: new () => { parseFromString(text: string, type: string): Parsed };

describeInBrowser('lists, drawings and files', () => {
  const { inspect } = browsing();
  const open = stages();
  let inspected: Inspected;
  beforeAll(async () => {
    inspected = await threeProcesses(await Stage.open());
    await story(inspected);
  });
  afterAll(() => inspected.stage.close());
  const openAll = (): Promise<Inspector> => openStory(inspect, inspected);

  test('the list of machines finds clients and states, and what runs', async () => {
    const inspector = await openAll();
    const groups = inspector.machines.getByRole('option');
    const found = (names: readonly string[]): Promise<string[]> =>
      inspector.until(
        () => groups.allTextContents(),
        (shown) => JSON.stringify([...shown].sort()) === JSON.stringify([...names].sort()),
      );
    await found(['#1 alicestopped', '#2 bob', '#3', 'alice', 'bob']);
    await inspector.searchMachines.fill('bob');
    await found(['#2 bob', 'bob']);
    await inspector.searchMachines.fill('hello wait');
    await found(['#1 alicestopped', '#3']);
    await inspector.page.getByRole('combobox', { name: 'Which machines' }).selectOption('running');
    await found(['#3']);
    await inspector.searchMachines.fill('');
    await inspector.page.getByRole('combobox', { name: 'Which machines' }).selectOption('stopped');
    await found(['#1 alicestopped']);
    await inspector.searchMachines.fill('nobody');
    await found([]);
  });

  test('the event list shows payload, time and answer, and is filtered by event and by machine', async () => {
    const inspector = await openAll();
    const all = (await inspector.view()).total;
    await inspector.filterEvents.fill('HISTORY_RESP alice');
    const names = inspector.events.locator('.name');
    await inspector.until(
      () => names.allTextContents(),
      (shown) => shown.length > 0 && shown.every((name) => /^(Receive )?HISTORY_RESP$/.test(name)),
    );
    await inspector.page
      .getByRole('region', { name: 'Events' })
      .getByText(new RegExp(`^\\d of ${String(all)}$`))
      .waitFor();
    await inspector.events.filter({ hasText: 'Receive HISTORY_RESP' }).last().click();
    const moment = inspector.page.getByRole('region', { name: 'Moment in detail' });
    await moment.getByText(JSON.stringify(TEXTS[1])).waitFor();
    expect(await moment.textContent()).toMatch(
      /Receive HISTORY_RESP.*M\.HISTORY_RESP in Receiving.*stays in Receiving: Display line.*session: 1.*id: "bob"/,
    );
    // Nothing that a user wrote is taken for markup.
    expect(await inspector.page.locator('b').count()).toBe(0);
    await inspector.filterEvents.fill('no such event');
    await inspector.until(
      () => inspector.events.count(),
      (count) => count === 0,
    );
  });

  test('the full drawing has every edge of the machine, the other one those of the assignment', async () => {
    const inspector = await openAll();
    const edges = inspector.page.getByRole('region', { name: 'connection machine' }).locator('g.edge');
    const assignment = await edges.count();
    await inspector.page.getByRole('group', { name: 'Level of the drawing' }).getByText('Full').click();
    const full = await inspector.until(
      () => edges.count(),
      (count) => count !== assignment,
    );
    expect([assignment, full > 2 * assignment]).toEqual([7, true]);
    expect((await inspector.view()).charts.connection.active).toEqual(['Offline']);
    await inspector.press('l');
    await inspector.until(
      () => edges.count(),
      (count) => count === assignment,
    );
  });

  test('a chart is saved as SVG and as PNG, lit as it is shown', async () => {
    const inspector = await openAll();
    await inspector.filterEvents.fill('D.CHALLENGE alice');
    await inspector.events.filter({ hasText: 'Receive CHALLENGE' }).click();
    await inspector.when(({ charts }) => charts.connection.active[0] === 'Wait for AUTH_SUCCESS');
    await inspector.choosePart('connection');
    const svg = await inspector.saved('Save the chart as SVG');
    expect(svg.name).toBe('alice-connection.svg');
    const text = svg.content.toString();
    const parsed = await inspector.page.evaluate((source) => {
      const document = new DOMParser().parseFromString(source, 'image/svg+xml');
      const lit = [...document.querySelectorAll('[data-lit="active"]')];
      const { tagName } = document.documentElement;
      const size = ['width', 'height'].map((name) => Number(document.documentElement.getAttribute(name)));
      return {
        tagName,
        size,
        errors: [...document.querySelectorAll('parsererror')].length,
        lit: lit.map((state) => state.textContent),
      };
    }, text);
    expect(parsed).toMatchObject({ tagName: 'svg', errors: 0, lit: ['Wait for AUTH_SUCCESS'] });
    // It is shown the same elsewhere: its colours are in it, and it loads nothing.
    expect(text).not.toMatch(/var\(|url\(|href|<script|<image|@import/);
    const png = await inspector.saved('Save the chart as PNG');
    expect(png.name).toBe('alice-connection.png');
    expect(png.content.subarray(0, 8)).toEqual(PNG);
    expect([png.content.readUInt32BE(16), png.content.readUInt32BE(20)]).toEqual(parsed.size.map((px) => 2 * px));
  });

  test('a saved recording, opened with parley-inspect, shows the same without any process', async () => {
    const inspector = await openAll();
    const { total } = await inspector.view();
    const shown = await shownOfAlice(inspector);
    const saved = await inspector.savedRecording();
    expect(saved.name).toBe('parley-recording.jsonl');
    const stage = await open();
    writeFileSync(join(stage.folder, 'saved.jsonl'), saved.content);
    const again = await inspect(await inspectFile(stage, 'saved.jsonl'));
    await again.when((view) => view.total === total);
    expect((await again.processes.allTextContents()).sort()).toEqual([
      'alicerecording',
      'bobrecording',
      'serverrecording',
    ]);
    await again.chooseClient('alice');
    expect(await shownOfAlice(again)).toEqual(shown);
    expect((await again.ladder()).map(asText).sort()).toEqual((await inspector.ladder()).map(asText).sort());
    expect((await again.savedRecording()).content.toString()).toBe(saved.content.toString());
    expect(again.watch.requests.filter((url) => url.startsWith('ws:'))).toEqual([]);
  });
});

const asText = (value: unknown): string => JSON.stringify(value);

/**
 * What is shown at every moment of alice, without the times: how the clocks of several processes are put together depends on
 * the order in which their records come in, which is not that of a file.
 */
async function shownOfAlice(inspector: Inspector): Promise<unknown[]> {
  await inspector.thisClientOnly.check();
  const views = await inspector.through();
  await inspector.thisClientOnly.uncheck();
  return views.slice(1).map(({ charts, event: [, ...event], details }) => ({
    charts,
    event,
    details: details.replace(/\d\d:\d\d\.\d{3}/, ''),
  }));
}
