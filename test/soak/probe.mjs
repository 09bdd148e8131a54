/**
 * Loaded into a server by the soak run: answers each message of its parent with what the process holds. Garbage is collected
 * first, so that the heap is what is really kept; when everything is calm, V8 also gives back the pages that it keeps for the next
 * burst, which RSS would show otherwise. Must never be here: anything that changes what the server does.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuUsage, memoryUsage, getActiveResourcesInfo } from 'node:process';
import { setImmediate } from 'node:timers';

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on('message', (how) => {
  setImmediate(() => {
    const busy = memoryUsage().rss;
    const lag = delay.max / 1e6;
    const { user, system } = cpuUsage();
    globalThis.gc();
    if (how === 'calm') {
      globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
      globalThis.gc();
    }
    const { heapUsed, external } = memoryUsage();
    const rss = how === 'calm' ? memoryUsage().rss : busy;
    const resources = {};
    for (const name of getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
    process.send({ rss, heapUsed, external, resources, lag, cpu: (user + system) / 1e6 });
    delay.reset();
  });
});
// The parent is no reason to live.
process.channel.unref();
