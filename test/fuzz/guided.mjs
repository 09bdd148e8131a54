/**
 * A fuzzer that follows coverage, with nothing but what Node brings: V8 counts which blocks of the script have run. Inputs that
 * reach a block for the first time join the corpus, and new inputs are made of it.
 */
import { Session } from 'node:inspector';
import { performance } from 'node:perf_hooks';

/** Inputs between two looks at the coverage; a look costs far more than an input. */
const BATCH = 200;
const SEEDS = 100;
const LONGEST = 8192;
const TELLING = [0, 1, 2, 3, 0x10, 0x25, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0xc0, 0xed, 0xf5, 0xff];

class Coverage {
  seen = new Set();
  constructor(script) {
    this.script = script;
    this.session = new Session();
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }
  /** The blocks that have run since the last look, and never before. */
  news() {
    const fresh = [];
    this.session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw new Error(error.message);
      const own = taken.result.filter(({ url }) => url.endsWith(this.script));
      for (const { functions } of own) {
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            const block = `${startOffset} ${endOffset}`;
            if (count > 0 && !this.seen.has(block)) fresh.push(block);
          }
        }
      }
    });
    return fresh;
  }
  learn(blocks) {
    for (const block of blocks) this.seen.add(block);
  }
  close() {
    this.session.post('Profiler.stopPreciseCoverage');
    this.session.disconnect();
  }
}

/** mulberry32 */
function randomOf(seed) {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** One of the corpus with one to eight changes. */
function next(corpus, random) {
  let bytes = Buffer.from(corpus[random(corpus.length)]);
  for (let n = 1 + random(8) ** 2 / 8; n > 0; n--) bytes = changed(bytes, corpus, random);
  return bytes.subarray(0, LONGEST);
}
function changed(bytes, corpus, random) {
  const at = random(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const size = 1 + random(16);
  switch (random(8)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, Buffer.alloc(size, random(256)), after]);
    case 2:
      return Buffer.concat([before, after.subarray(size)]);
    case 3:
      return Buffer.concat([before, after.subarray(0, size), after]);
    case 4: {
      const other = corpus[random(corpus.length)];
      return Buffer.concat([before, other.subarray(random(other.length + 1))]);
    }
    default: {
      if (at < bytes.length) {
        const how = random(3);
        if (how === 0) bytes[at] ^= 1 << random(8);
        else bytes[at] = how === 1 ? TELLING[random(TELLING.length)] : random(256);
      }
      return bytes;
    }
  }
}

/** @returns how many inputs ran, and the first failure */
export function guided(target, count, { runs, seed, seconds, script, fc }) {
  const random = randomOf(seed);
  const corpus = fc.sample(target.inputs, { numRuns: SEEDS, seed });
  const coverage = new Coverage(script);
  for (const bytes of corpus) target.run(bytes);
  coverage.learn(coverage.news());
  const until = seconds > 0 ? performance.now() + seconds * 1000 : Infinity;
  let ran = 0;
  const given = corpus.length;
  const extra = () =>
    `, ${String(coverage.seen.size)} blocks, corpus ${String(given)} + ${String(corpus.length - given)}`;
  try {
    while (ran < runs && performance.now() < until) {
      const batch = Array.from({ length: Math.min(BATCH, runs - ran) }, () => next(corpus, random));
      for (const input of batch) {
        try {
          ran++;
          count(target.run(input));
        } catch (error) {
          return { ran, failure: { error, input }, extra: extra() };
        }
      }
      const fresh = coverage.news();
      if (fresh.length > 0) keepNews(batch, fresh, target, coverage, corpus);
    }
    return { ran, extra: extra() };
  } finally {
    coverage.close();
  }
}
/** Which of them it was: each once more, alone. */
function keepNews(batch, fresh, target, coverage, corpus) {
  for (const input of batch) {
    target.run(input);
    const blocks = coverage.news();
    if (blocks.length > 0) corpus.push(input);
    coverage.learn(blocks);
  }
  coverage.learn(fresh);
}
