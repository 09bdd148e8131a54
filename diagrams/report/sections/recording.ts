/** The recording that shows the code running. */
import { heading, list, note, paragraph, type Block } from '../blocks';
import type { Facts } from '../facts';
import { movingSvg, stillSvg } from '../play/moving';
import { PACE } from '../play/recording';
import { ms, seconds } from './words';

/** The still shows the moment at this share of the recording: the chat is under way. */
const STILL_AT = 0.62;

export function recording({ recorded: { played, recording: film } }: Facts): Block[] {
  const { scenario, failure } = played;
  const label = `${scenario.id} on the terminals of server, ${scenario.clients.join(' and ')}`;
  return [
    heading(1, 'A recording of the code running'),
    paragraph(
      `Scenario ${scenario.id} was played once more and recorded: the terminals of the server and of both clients, every change of every screen in the order in which it happened. Content and order are those of the run. The pace is not: the run took ${ms(film.took)}, typing included, which nobody could follow, so in the recording a key takes ${String(PACE.key)} ms, each new output ${String(PACE.output)} ms, and before a line is typed there is a pause of ${seconds(PACE.line)}. It lasts ${seconds(film.length)}.`,
    ),
    ...(failure === undefined
      ? []
      : [note('bad', `The recorded run did not go as expected: ${failure.split('\n', 1)[0] ?? ''}`)]),
    {
      kind: 'figure',
      id: 'recording',
      caption: `${label}. The page shows it moving; on paper it is a still.`,
      svg: stillSvg(film, label, STILL_AT),
      moving: movingSvg(film, label),
    },
    list([
      '`recording.cast`, beside this report, is the recording as an asciicast (version 2): `asciinema play recording.cast` plays it in a terminal of at least its size.',
      '`recording.svg` is the same as a picture that moves by itself in any browser, without a script and off line.',
    ]),
  ];
}
