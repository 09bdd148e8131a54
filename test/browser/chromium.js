/**
 * The browser of the tests and of the screenshots: the Chromium of the system, because playwright-core brings none. Plain
 * JavaScript, so that Jest and a script that is not built can both load it. Must never be here: what a page shows.
 */
/* global module, process, require */
/* eslint-disable @typescript-eslint/no-require-imports -- this is what a file that both can load is written in */
const { accessSync, constants } = require('node:fs');
const { delimiter, join } = require('node:path');
const { chromium } = require('playwright-core');

/** A name that only this browser knows; it stands for everything that is elsewhere. */
const FOREIGN_HOST = 'foreign.test';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Grey edges of letters instead of coloured ones: pictures are smaller, and look the same on every screen.
  '--disable-lcd-text',
  // Nothing outside this machine can be reached, not even by mistake.
  `--host-resolver-rules=MAP ${FOREIGN_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost`,
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const NO_CHROMIUM = `no Chromium: install one (apt-get install chromium), or name it in the environment variable CHROMIUM; looked for ${NAMES.join(', ')} on PATH`;

function findChromium() {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const files = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return files.find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** With a fresh profile, which is removed with it. */
function launchChromium() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath, args: ARGS });
}

module.exports = { FOREIGN_HOST, NO_CHROMIUM, findChromium, launchChromium };
