/** The report as a list of blocks: the chapters in their order. Must never be here: how they are drawn. */
import type { Report } from './blocks';
import type { Facts } from './facts';
import { about } from './sections/about';
import { background } from './sections/background';
import { issues } from './sections/issues';
import { overview } from './sections/overview';
import { protocol } from './sections/protocol';
import { recording } from './sections/recording';
import { results } from './sections/results';
import { scenarios } from './sections/scenarios';
import { setup } from './sections/setup';
import { states } from './sections/states';
import { moment } from './sections/words';

const CHAPTERS = [overview, background, setup, protocol, states, scenarios, results, issues, recording, about];

export function reportOf(facts: Facts): Report {
  const { title, subtitle, course, authors, date } = facts.settings;
  const { machine, made } = facts;
  const source = machine.commit === undefined ? '' : ` from commit ${machine.commit}`;
  return {
    title: {
      title,
      subtitle,
      course,
      authors,
      date,
      made: `Made by npm run report${source} on ${moment(made)}: every run, screen and chart is of that machine and that moment, results of tests are of their last run, and no figure was typed by hand.`,
    },
    blocks: CHAPTERS.flatMap((chapter) => chapter(facts)),
  };
}
