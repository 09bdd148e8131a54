/** What somebody sees who shows the page to others: nothing fills it, nothing in it is a riddle, and one link is enough. */
import { join } from 'node:path';
import { Stage } from '../../bin/demo/stage';
import { serveHub } from '../../diagrams/inspector/hub';
import { Recorder } from '../../diagrams/inspector/recorder';
import { serveInspector } from '../../diagrams/inspector/serve';
import { systemClock } from '../../transport/clock';
import { systemRandom } from '../../transport/security/random';
import { limits, logOn, stages } from '../binaries/support';
import { browsing, describeInBrowser } from './browser';
import { linkOf, type Inspector } from './inspector';
import { openStory, story, threeProcesses, type Inspected } from './support';

const PAGE = join(__dirname, '../../dist/diagrams/inspector/page.html');

describeInBrowser('a page that is shown to others', () => {
  const { inspect } = browsing();
  const open = stages();
  let inspected: Inspected;
  beforeAll(async () => {
    inspected = await threeProcesses(await Stage.open());
    await story(inspected);
  });
  afterAll(() => inspected.stage.close());

  test('KEEPALIVE is one row of the list and one arrow, with their number, until every one is wanted', async () => {
    const stage = await open();
    await stage.subscribe('alice');
    const often = limits({ T_KEEPALIVE_MS: 100, T_DEAD_MS: 600_000 });
    await stage.startServer(...often);
    const alice = stage.client('alice', '--inspect', ...often);
    const inspector = await inspect(await linkOf(alice));
    await logOn(alice);
    const rows = inspector.events.filter({ hasText: 'KEEPALIVE' });
    const numbers = async (): Promise<number[]> =>
      (await rows.locator('.name').allTextContents()).map((name) => Number(/^KEEPALIVE × (\d+)$/.exec(name)?.[1] ?? 0));
    await inspector.until(numbers, ([first = 0, ...more]) => first > 10 && more.length === 0);
    expect((await inspector.ladder()).filter(({ text }) => text.includes('KEEPALIVE'))).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/^KEEPALIVE × \d+$/) as string }),
    ]);
    await inspector.page.getByRole('checkbox', { name: 'every KEEPALIVE' }).check();
    await inspector.until(
      () => rows.count(),
      (count) => count > 1,
    );
    await inspector.press('k');
    await inspector.until(numbers, ({ length }) => length === 1);
    // Steps pass over those that have no row: from the newest two back is before all of them.
    await inspector.press('ArrowLeft');
    await inspector.press('ArrowLeft');
    await inspector.when(({ event }) => event.length > 0 && !event.join(' ').includes('KEEPALIVE'));
  });

  test('a server opens as the machine that runs, a client as the diagram of the assignment', async () => {
    const inspector = await openStory(inspect, inspected);
    const pressed = (): Promise<string[]> =>
      inspector.page
        .getByRole('group', { name: 'Level of the drawing' })
        .locator('[aria-pressed="true"]')
        .allTextContents();
    const edges = inspector.page.getByRole('region', { name: 'connection machine' }).locator('g.edge');
    expect([await pressed(), await edges.count()]).toEqual([['Assignment'], 7]);
    await inspector.chooseClient('#2 bob');
    expect([await pressed(), (await edges.count()) > 20]).toEqual([['Full'], true]);
    await inspector.press('l');
    await inspector.until(pressed, ([level]) => level === 'Drawing');
    await inspector.chooseClient('alice');
    expect(await pressed()).toEqual(['Assignment']);
  });

  test('the list says what happened in words, with texts as they were written', async () => {
    const inspector = await openStory(inspect, inspected);
    const texts: string[] = [];
    for (const search of ['chat', 'history', 'connection', 'CHAT', 'alice']) {
      await inspector.filterEvents.fill(search);
      const shown = await inspector.until(
        () => inspector.events.allInnerTexts(),
        (rows) => rows.length > 0 && rows.every((row) => row.toLowerCase().includes(search.toLowerCase())),
      );
      texts.push(...shown);
    }
    expect(texts.filter((row) => /\b[A-Z]\.[A-Z_]+\b|→[CS]H|\btext \d|\\u00|\bSPEC\b/.test(row))).toEqual([]);
    expect(texts.filter((row) => row.includes('Grüße ☕')).length).toBeGreaterThan(0);
    expect(texts.join('\n')).toContain('Partner sends text');
  });

  test('the box of a process that was added closes, and a link that nothing answers leaves the address', async () => {
    const inspector = await inspect(inspected.links[1]);
    const box = inspector.page.getByRole('textbox', { name: 'Link that the other process has printed' });
    await inspector.addProcess(inspected.links[0]);
    await box.waitFor({ state: 'hidden' });
    await inspector.processes.filter({ hasText: 'server' }).waitFor();
    await inspector.addProcess('http://127.0.0.1:1/?token=nobody');
    await inspector.page.getByRole('status').getByText('No connection to 127.0.0.1:1').waitFor();
    const added = new URL(inspector.page.url()).hash;
    expect([added.includes('nobody'), added.includes(new URL(inspected.links[0]).port)]).toEqual([false, true]);
    // Chromium complains of the connection by itself.
    inspector.watch.complaints.length = 0;
  });

  const served = (name: string): ReturnType<typeof serveInspector> => {
    const recorder = new Recorder({ name, role: 'client', limit: 1000, control: false, clock: systemClock });
    return serveInspector({ recorder, port: 0, page: PAGE, random: systemRandom });
  };

  test('one link shows the processes that there are; with others the page begins anew', async () => {
    const hub = await serveHub({ page: PAGE, port: 0, random: systemRandom });
    const [first, second, third] = await Promise.all([served('anna'), served('ben'), served('cleo')]);
    const names = async (inspector: Inspector): Promise<string[]> =>
      (await inspector.processes.allTextContents()).sort();
    hub.show(1, [first.link]);
    const inspector = await inspect(hub.link);
    const until = (...wanted: readonly string[]): Promise<string[]> =>
      inspector.until(
        () => names(inspector),
        (shown) => JSON.stringify(shown) === JSON.stringify(wanted),
      );
    await until('annalive');
    hub.show(1, [first.link, second.link]);
    await until('annalive', 'benlive');
    hub.show(2, []);
    await until();
    hub.show(2, [third.link]);
    await until('cleolive');
    expect(inspector.page.url()).toBe(hub.link);
    for (const one of [hub, first, second, third]) one.close();
  });
});
