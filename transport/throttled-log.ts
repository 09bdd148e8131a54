/**
 * The log for what anybody on the network can cause: so many lines a minute in total, from however many addresses, and the
 * number of those left out. Must never be here: what is logged.
 */
import type { Clock } from '../machines/ports';
import type { Log, LogFields } from './log';

const MINUTE_MS = 60_000;
/** At 200 bytes 17 MB a day (docs/operations.md, "How much it grows"). */
export const LINES_PER_MINUTE = 60;

/** The number left out stands before the first line of a later minute. */
export function throttledLog(log: Log, clock: Clock, perMinute = LINES_PER_MINUTE): Log {
  let since = -Infinity;
  let written = 0;
  let leftOut = 0;
  const throttled =
    (at: 'info' | 'warn') =>
    (message: string, fields?: LogFields): void => {
      const now = clock.now();
      if (now - since >= MINUTE_MS) {
        if (leftOut > 0) log.warn('lines like the following were left out', { count: leftOut });
        since = now;
        written = leftOut = 0;
      }
      if (written >= perMinute) leftOut++;
      else {
        written++;
        log[at](message, fields);
      }
    };
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: throttled('info'),
    warn: throttled('warn'),
    error: (message, fields) => log.error(message, fields),
    debugging: log.debugging,
  };
}
