/**
 * Faults planted into a server, to show that the checks find them: `PARLEY_PLANT=name node --import planted.mjs server`.
 * Must never be loaded by anything but a test.
 */
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers';

const require = createRequire(import.meta.url);
const { Turn } = require('../../dist/transport/turn.js');
const { ReservedSessionIds } = require('../../dist/transport/session-ids.js');
const { commit } = Turn.prototype;

/** How long a text that is relayed first waits for its commit. */
const LATE_MS = 20;

const PLANTS = {
  /** Relayed before it is committed. */
  'relay-first'() {
    Turn.prototype.commit = function (batch) {
      if (batch.length > 0) setTimeout(() => commit.call(this, batch), LATE_MS);
      return false;
    };
  },
  /** A text that was committed is committed again. */
  twice() {
    Turn.prototype.commit = function (batch) {
      return commit.call(
        this,
        batch.flatMap((run) => [run, run]),
      );
    };
  },
  /** The order of a turn is lost. */
  backwards() {
    Turn.prototype.commit = function (batch) {
      return commit.call(this, batch.map((run) => ({ ...run, texts: run.texts.toReversed() })).toReversed());
    };
  },
  /** Numbers begin again with every start. */
  'numbers-again'() {
    ReservedSessionIds.prototype.reserve = function () {
      this.end = this.next + this.block - 1;
    };
  },
};

PLANTS[process.env.PARLEY_PLANT]();
