/** Types of chromium.js, which is not compiled. */
import type { Browser } from 'playwright-core';

/** Resolves to 127.0.0.1, in this browser only. */
export const FOREIGN_HOST: string;
/** What to say when there is no browser: why, and how to install one. */
export const NO_CHROMIUM: string;
/** File of the browser: the environment variable CHROMIUM, or the first of its usual names on PATH. */
export function findChromium(): string | undefined;
/** @throws Error there is no browser, or it does not start */
export function launchChromium(): Promise<Browser>;
