/** The page at every size that it is used at: nothing overflows, and it can be used with the keyboard alone. */
import { Stage } from '../../bin/demo/stage';
import { browsing, describeInBrowser } from './browser';
import { together, type Inspector } from './inspector';
import { settled } from './in-page';
import { overflows } from './overflow';
import { openStory, story, threeProcesses, type Inspected } from './support';

/** The last is 1280x800 at 400 %. */
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
  { width: 320, height: 200 },
] as const;

/** Longer than the page rests between two drawings. */
const SETTLED_FRAMES = 8;

interface Focused {
  readonly labels?: ArrayLike<{ readonly textContent: string | null }> | null;
  readonly matches: (selector: string) => boolean;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
}
interface Shown extends Focused {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly childNodes: Iterable<{ readonly nodeType: number }>;
  checkVisibility(): boolean;
  closest(selector: string): Shown | null;
}
declare const document: {
  readonly activeElement: Focused | null;
  querySelector(selector: string): Shown | null;
  querySelectorAll(selector: string): Iterable<Shown>;
};
declare function getComputedStyle(element: Focused): {
  readonly outlineStyle: string;
  readonly outlineWidth: string;
  readonly fontSize: string;
};

/** What has the focus: its name, and whether that can be seen; undefined: nothing in the page. */
function focused(): { readonly name: string; readonly seen: boolean } | undefined {
  const { activeElement: element } = document;
  if (!element || element.matches('body, html')) return undefined;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
  return { name, seen: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 };
}

/** Controls whose name does not have the words that are seen on them (WCAG 2.5.3), and signs alone, which nobody says. */
function unspoken(): string[] {
  const words = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return [...document.querySelectorAll('button, summary, select, input, textarea, [role="tab"]')].flatMap((element) => {
    const seen = words(
      element.matches('button, summary, [role="tab"]')
        ? (element.textContent ?? '')
        : (element.labels?.[0]?.textContent ?? element.getAttribute('placeholder') ?? ''),
    );
    const name = words(
      element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '',
    );
    return name === '' || !name.includes(seen) ? [`${seen} | ${name}`] : [];
  });
}
/** Whether the ladder has to be moved sideways. */
function ladderScrolls(): boolean {
  const scroller = document.querySelector('section[aria-label="Ladder"] [role="group"]');
  return scroller !== null && scroller.scrollWidth > scroller.clientWidth;
}
/** The smallest letters on the page, px; the drawings are scaled, and say themselves how far. */
function smallest(): number {
  const shown = [...document.querySelectorAll('body *')].filter(
    (element) =>
      !element.closest('.sheet, script, style, noscript') &&
      element.checkVisibility() &&
      [...element.childNodes].some(({ nodeType }) => nodeType === 3),
  );
  return Math.min(...shown.map((element) => parseFloat(getComputedStyle(element).fontSize)));
}

/** What must be reached by Tab, by name. */
const CONTROLS = [
  'Send an event to the chosen machine',
  'Add process',
  'Record',
  'Dark or light',
  'Keys',
  'To the first entry',
  'Step back',
  'Pause: what comes is still recorded',
  'Step forward',
  'To the newest: live',
  'Moment',
  'This client only',
  'Search machines',
  'Which machines',
  'Machines',
  'Save the chart as SVG',
  'Save the chart as PNG',
  'Chart of the connection machine',
  'Chart of the chat machine',
  'Chart of the history machine',
  'Message sequence chart, newest at the bottom',
  'Filter events',
  'Events',
  'Moment in detail',
] as const;

describeInBrowser('the page at any size, and without a mouse', () => {
  const { inspect } = browsing();
  let inspected: Inspected;
  beforeAll(async () => {
    inspected = await threeProcesses(await Stage.open(), '--inspect-control');
    await story(inspected);
  });
  afterAll(() => inspected.stage.close());
  const openAt = async (viewport: { readonly width: number; readonly height: number }): Promise<Inspector> => {
    const inspector = await openStory((address) => inspect(address, { viewport }), inspected);
    await inspector.chooseClient('#2 bob');
    return inspector;
  };

  test.each(SIZES)(
    'at $width x $height no text overflows its box, and the document does not scroll sideways',
    async (size) => {
      const inspector = await openAt(size);
      const check = async (what: string): Promise<void> => {
        await inspector.page.evaluate(settled, SETTLED_FRAMES);
        expect([what, ...(await inspector.page.evaluate(overflows))]).toEqual([what]);
      };
      await check('live');
      await inspector.press('ArrowLeft');
      await inspector.when(({ where }) => where.endsWith('paused'));
      await check('paused');
      for (const part of ['connection', 'chat', 'history'] as const) {
        await inspector.choosePart(part);
        await inspector.press('l');
        await check(part);
        await inspector.press('m');
        await check(`${part}, enlarged`);
        await inspector.press('m');
      }
      await inspector.filterEvents.fill('HISTORY_RESP');
      await inspector.events.last().click();
      await check('the event with the longest payload');
      for (const menu of ['Add process', 'Record']) {
        await inspector.menu(menu);
        await check(menu);
      }
      await inspector.press('?');
      await check('help');
      await inspector.press('Escape');
      await inspector.choosePart('chat');
      await inspector.press('s');
      await inspector.dialog.getByRole('heading', { name: 'Send an event' }).waitFor();
      await check('send dialog');
    },
  );

  const openAll = async (): Promise<Inspector> => {
    const inspector = await inspect(together(inspected.links));
    await inspector.caughtUp(...inspected.links);
    return inspector;
  };

  test('Tab reaches every control, and one sees where it is', async () => {
    const inspector = await openAll();
    const reached: string[] = [];
    for (;;) {
      await inspector.press('Tab');
      const now = await inspector.page.evaluate(focused);
      if (!now || reached.length === 100) break;
      expect(now).toEqual({ name: expect.stringMatching(/\S/) as string, seen: true });
      reached.push(now.name);
    }
    expect(reached).toEqual(expect.arrayContaining([...CONTROLS]));
  });

  test('who speaks to the browser says what is seen: every name has the words of its control', async () => {
    const inspector = await openAll();
    await inspector.press('ArrowLeft');
    await inspector.when(({ where }) => where.endsWith('paused'));
    expect(await inspector.page.evaluate(unspoken)).toEqual([]);
    await inspector.press('s');
    await inspector.dialog.getByRole('heading', { name: 'Send an event' }).waitFor();
    expect(await inspector.page.evaluate(unspoken)).toEqual([]);
  });

  test.each([
    [{ width: 1280, height: 800 }, 12],
    [{ width: 1920, height: 1080 }, 14],
  ])('at %p the ladder does not scroll sideways, and no letters are smaller than %d px', async (viewport, least) => {
    const inspector = await openAt(viewport);
    await inspector.page.evaluate(settled, SETTLED_FRAMES);
    expect(await inspector.page.evaluate(ladderScrolls)).toBe(false);
    const ladder = await inspector.ladder();
    expect(ladder.map(({ text }) => text)).toContain('CHAT_STARTED');
    // A state is never shown by a name that is a message's.
    const messages = ladder.filter(({ kind }) => kind === 'arrow').map(({ text }) => text);
    expect(ladder.filter(({ kind, text }) => kind === 'state' && messages.includes(text))).toEqual([]);
    expect(await inspector.page.evaluate(smallest)).toBeGreaterThanOrEqual(least);
  });

  test('keys step, pause, choose, search and explain', async () => {
    const inspector = await openAll();
    const { total } = await inspector.view();
    await inspector.press('ArrowLeft');
    await inspector.when(({ position, where }) => position === total - 1 && where.endsWith('paused'));
    await inspector.press('ArrowLeft');
    await inspector.when(({ position }) => position === total - 2);
    await inspector.press('ArrowRight');
    await inspector.when(({ position }) => position === total - 1);
    await inspector.press('Home');
    await inspector.when(({ position }) => position === 1);
    await inspector.press('End');
    await inspector.when(({ position, where }) => position === total && where.endsWith('live'));
    await inspector.press('p');
    await inspector.when(({ where }) => where.endsWith('paused'));
    await inspector.press('p');
    await inspector.when(({ where }) => where.endsWith('live'));

    await inspector.press('?');
    await inspector.dialog.getByRole('heading', { name: 'Keys' }).waitFor();
    await inspector.dialog.getByText('step back, step forward').waitFor();
    await inspector.press('Escape');
    await inspector.dialog.waitFor({ state: 'hidden' });

    // A key that is typed into a field is text.
    await inspector.press('/');
    await inspector.page.keyboard.type('bob p?');
    expect(await inspector.searchMachines.inputValue()).toBe('bob p?');
    await inspector.searchMachines.fill('bob');
    await inspector.until(
      () => inspector.machines.getByRole('option').count(),
      (count) => count === 2,
    );
    await inspector.machines.press('ArrowUp');
    await inspector.machines.press('ArrowUp');
    await inspector.when(({ charts }) => charts.connection.title === '#2 bob connection');
    await inspector.machines.press('ArrowDown');
    await inspector.when(({ charts }) => charts.connection.title === 'bob connection');
    await inspector.press('e');
    await inspector.page.keyboard.type('AUTH_SUCCESS bob');
    // The page draws soon, not at once: an arrow key pressed before that moves in the list that is still shown.
    await inspector.until(
      () => inspector.events.allInnerTexts(),
      (rows) => rows.length > 0 && rows.every((row) => row.includes('AUTH_SUCCESS')),
    );
    await inspector.press('Tab');
    await inspector.press('ArrowUp');
    await inspector.when(({ event, where }) => where.endsWith('paused') && event.join(' ').includes('AUTH_SUCCESS'));
  });
});
