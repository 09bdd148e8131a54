/**
 * `npm run screenshots`: plays V1 with the inspector and writes the pictures of docs/images. Every picture is taken at a line of
 * the scenario, before it is typed. Must never be here: an expectation; what a picture shows is looked at by people.
 */
/* global document, MutationObserver, requestAnimationFrame, scrollTo, URLSearchParams -- of the page, but for the last */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { launchChromium } from './chromium.js';
import stageModule from '../../dist/bin/demo/stage.js';
import scenariosModule from '../../dist/bin/demo/scenarios.js';

const { Stage } = stageModule;
const { SCENARIOS } = scenariosModule;
const project = join(dirname(fileURLToPath(import.meta.url)), '../..');
const images = join(project, 'docs/images');
const LINK = /inspector: (http\S+)$/;

const LECTURE = { width: 1280, height: 800 };
const PROJECTOR = { width: 1920, height: 1080 };
/** LECTURE at 400 %, and longer, to have more in the picture. */
const NARROW = { width: 320, height: 900 };

const browser = await launchChromium().catch((error) => {
  console.error(`screenshots: ${error.message}`);
  process.exit(1);
});

/** One address for all processes on the stage: alice's page, with the others added. */
async function addressOf(stage) {
  const [server, alice, bob] = await Promise.all(
    stage.all
      .filter(({ name }) => name !== 'parley-keys')
      .map(async (actor) => LINK.exec(await actor.complains(LINK))[1]),
  );
  const added = [server, bob].map((link) => ['add', link.replace('http://', '')]);
  return `${alice}#${new URLSearchParams(added)}`;
}

/** A page that shows alice, once everything recorded is there. */
async function open(address, options) {
  const page = await browser.newPage(options);
  await page.goto(address);
  await page
    .getByRole('listbox', { name: 'Machines' })
    .getByRole('option', { name: /^alice$/ })
    .click();
  await drawn(page);
  return page;
}

/** Nothing has changed for half a second. */
function drawn(page) {
  return page.evaluate(
    () =>
      new Promise((done) => {
        let left = 30;
        new MutationObserver(() => (left = 30)).observe(document, { subtree: true, childList: true, attributes: true });
        const frame = () => (left-- > 0 ? requestAnimationFrame(frame) : done());
        frame();
      }),
  );
}

async function save(name, shot) {
  await writeFile(join(images, name), shot);
  console.log(`${name}  ${Math.ceil(shot.length / 1024)} KiB`);
}

async function take(name, address, options, prepare = () => undefined, of = (page) => page) {
  const page = await open(address, options);
  await prepare(page);
  await drawn(page);
  await save(name, await of(page).screenshot());
  await page.close();
}

/** Pauses at the moment of this event. */
async function pauseAt(page, search, event) {
  await page.keyboard.press('Home');
  const filter = page.getByRole('searchbox', { name: 'Filter events' });
  await filter.fill(search);
  await page.getByRole('listbox', { name: 'Events' }).getByRole('option').filter({ hasText: event }).first().click();
  await filter.fill('');
  await filter.blur();
}

/** What is taken before a line is typed. */
const PICTURES = {
  'End chat': async (address) => {
    await take('inspector-1280.png', address, { viewport: LECTURE });
    await take('inspector-1920.png', address, { viewport: PROJECTOR });
    await take('inspector-dark.png', address, { viewport: LECTURE, colorScheme: 'dark' });
    await take('inspector-narrow.png', address, { viewport: NARROW }, (page) => page.evaluate(() => scrollTo(0, 0)));
    const received = (page) => pauseAt(page, 'D.CHALLENGE alice', 'Receive CHALLENGE');
    await take('stepping.png', address, { viewport: LECTURE }, received);
    const loggedOn = (page) => pauseAt(page, 'M.CONNECTED alice', 'Receive CONNECTED');
    const ladder = (page) => page.getByRole('region', { name: 'Ladder' });
    await take('ladder.png', address, { viewport: { width: 1600, height: 1080 } }, loggedOn, ladder);
  },
};

async function playV1() {
  const [{ clients, play }] = SCENARIOS;
  let address;
  const stage = await Stage.open(undefined, ['--inspect'], async (_, line) => {
    address ??= await addressOf(stage);
    await PICTURES[line]?.(address);
  });
  try {
    await stage.subscribe(...clients);
    await stage.startServer('--inspect');
    await play(stage);
    await stage.finish();
  } finally {
    await stage.close();
  }
}

/** The dialog is there with --inspect-control only. */
async function sendDialog() {
  const stage = await Stage.open(undefined, ['--inspect', '--inspect-control']);
  try {
    await stage.subscribe('alice');
    await stage.startServer();
    const alice = stage.client('alice');
    const [, address] = LINK.exec(await alice.complains(LINK));
    alice.type('Log on');
    await alice.shows('Connected');
    await take('send-dialog.png', address, { viewport: LECTURE }, async (page) => {
      await page.keyboard.press('2');
      await drawn(page);
      await page.keyboard.press('s');
    });
  } finally {
    await stage.close();
  }
}

/** What `npm run demo -- V1` writes. */
async function demoOfV1() {
  const args = [join(project, 'dist/bin/demo.js'), 'V1'];
  const demo = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  for await (const line of createInterface({ input: demo.stdout })) lines.push(line);
  return lines;
}

/** The demo as a terminal shows it, in the colours that it gives to a terminal. */
async function demoTerminal() {
  const page = await browser.newPage({ viewport: { width: 1000, height: 600 } });
  await page.setContent(
    `<style>
      body { margin: 0; background: #15181c; }
      pre { margin: 0; padding: 16px; width: max-content; font: 13px/1.45 'DejaVu Sans Mono', monospace; color: #e9ebee; }
      .name { color: #5fd9c9; } .typed, .title { font-weight: bold; } .wire { color: #a6aeb9; }
    </style><pre></pre>`,
  );
  const parts = (await demoOfV1()).map((line) => {
    const [, name, what, said, wire] = /^( *(?!name)\w+(?: \d+)?) ([>|]) (.*?)(?: {2,}(\S.*))?$/.exec(line) ?? [];
    if (name !== undefined) {
      const gap = ' '.repeat(wire === undefined ? 0 : line.length - name.length - 3 - said.length - wire.length);
      return [
        [`${name} `, 'name'],
        [`${what} `, ''],
        [said, what === '>' ? 'typed' : ''],
        [gap + (wire ?? ''), 'wire'],
      ];
    }
    return [[line, line.startsWith('    ') ? 'wire' : line.startsWith('V1 ') ? 'title' : '']];
  });
  await page.evaluate((rows) => {
    for (const row of rows) {
      for (const [text, kind] of row)
        document
          .querySelector('pre')
          .append(Object.assign(document.createElement('span'), { textContent: text, className: kind }));
      document.querySelector('pre').append('\n');
    }
  }, parts);
  await save('demo-terminal.png', await page.locator('pre').screenshot());
  await page.close();
}

await mkdir(images, { recursive: true });
try {
  await playV1();
  await sendDialog();
  await demoTerminal();
} finally {
  await browser.close();
}
