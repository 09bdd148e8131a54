/**
 * Somebody who sees no traffic sends in a victim's name (protocol 3.6; 7, 137 to 140): to the real server, with its default limits, as
 * fast as it goes, from sockets at the victim's address. What comes back to them they do not read, as one off the path could not.
 */
import { randomBytes } from 'node:crypto';
import { encodeDatagram, withToken } from '../../transport/wire/datagrams';
import { LIARS, scene } from './support';

const it = scene([]);

const hello = (): Buffer => encodeDatagram(randomBytes(16), { type: 'HELLO', ver: { min: 1, max: 1 }, id: LIARS[1] });
const stray = (): Buffer =>
  encodeDatagram(randomBytes(16), { type: 'RESPONSE', id: LIARS[1], res: randomBytes(32), rand: randomBytes(32) });

/** More than every bucket of a source holds, before the victim begins and until he is on. */
const AT_LEAST = 2_000;
const FORGED: readonly (readonly [string, () => Buffer])[] = [
  ['7-137 rubbish', () => randomBytes(20)],
  ['7-138 HELLOs', hello],
  ['7-139 HELLOs with tokens that are none', () => withToken(hello(), randomBytes(16))],
  ['7-140 RESPONSEs', stray],
];
test.each(FORGED)('%s with the source address of a victim, who logs on meanwhile', async (_, forged) => {
  const attacker = await it.stranger();
  for (let n = 0; n < AT_LEAST; n++) await attacker.send(forged());
  const victim = it.stage.client(LIARS[0]);
  let on = false;
  const pour = async (): Promise<void> => {
    while (!on) for (let n = 0; n < 20; n++) await attacker.send(forged());
  };
  const pouring = pour();
  try {
    victim.type('Log on');
    await victim.shows('Connected');
  } finally {
    on = true;
    await pouring;
  }
  victim.type('Quit');
  expect(await victim.exit).toBe(0);
});
