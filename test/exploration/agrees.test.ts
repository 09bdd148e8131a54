/**
 * The explorer's surroundings of the machines do what the real drivers do: the same commands, several lines at once and a
 * full disk among them, are given to both, and every user must read the same lines in both.
 */
import fc from 'fast-check';
import type { UserEvent } from '../../machines/client/events';
import { played, type World } from '../support/world';
import { FAIR } from './moves';
import { runFair } from './prelude';
import { textName, type Out } from './symbols';
import { Universe, type Draft } from './world';

const IDS = ['A', 'B', 'C'] as const;
/** Longer than anything takes on the way, shorter than the time after which a full disk is tried again. */
const SETTLED_MS = 1_000;

type Command = 'Log on' | 'Log off' | 'End chat' | 'text' | `Chat ${string}` | `History ${string}`;
type Deed = { readonly who: number; readonly commands: readonly Command[] } | { readonly disk: 'full' | 'repaired' };

/** Whom commands name: mostly each other, sometimes nobody, or what is no name. */
const NAMES = ['A', 'B', 'C', 'A', 'B', 'C', 'Z', '-'] as const;
const command = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Command>('Log on', 'End chat') },
  { weight: 1, arbitrary: fc.constant<Command>('Log off') },
  { weight: 5, arbitrary: fc.constant<Command>('text') },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).map((name): Command => `Chat ${name}`) },
  { weight: 2, arbitrary: fc.constantFrom(...NAMES).map((name): Command => `History ${name}`) },
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ who: fc.nat(2), commands: fc.array(command, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.constantFrom('full', 'repaired').map((disk) => ({ disk }) as const) },
);

function eventOf(given: Command): UserEvent {
  const [verb, id = ''] = given.split(' ');
  if (given === 'Log on') return { type: 'U.LOGON' };
  if (given === 'Log off') return { type: 'U.LOGOFF' };
  if (given === 'End chat') return { type: 'U.END' };
  if (verb === 'Chat') return { type: 'U.CHAT', id };
  return verb === 'History' ? { type: 'U.HISTORY', id } : { type: 'U.TEXT', text: '', session: null };
}

/** What each user reads, as the program would print it. */
function linesOf(outs: readonly Out[], id: string): string[] {
  return outs.flatMap((out) => {
    if (out.type === 'says' && out.to === id) return [out.text];
    if (out.type === 'shown' && out.to === id) return [`${out.from}: ${out.text}`];
    if (out.type !== 'listed' || out.to !== id) return [];
    return [`<${String(out.session)}> <from: ${out.from}> <${out.text}>`];
  });
}

class Model {
  private readonly u = new Universe({
    name: 'agrees',
    about: '',
    budget: 'small',
    users: { A: {}, B: {}, C: {} },
    turns: 'open',
    reads: 'many',
    limits: { SESSION_BLOCK: 1000 },
    pumpRoom: 1000,
  });
  private readonly draft: Draft = this.u.first();

  does(deed: Deed): string[][] {
    const { u, draft } = this;
    draft.out.length = 0;
    if ('who' in deed) {
      deed.commands.forEach((given) => {
        u.stepClient(draft, deed.who, given, (client) => client.user(eventOf(given)));
      });
    } else u.stepServer(draft, deed.disk, (server) => void (server.store.works = deed.disk === 'repaired'));
    const whole = 'disk' in deed && deed.disk === 'repaired';
    expect(runFair(u, draft, whole ? Infinity : FAIR.probe)).toBeDefined();
    expect(u.wrong(draft)).toBeUndefined();
    return IDS.map((id) => linesOf(draft.out, id));
  }
}

class Real {
  private readonly typed = new Map<string, number>();
  constructor(private readonly world: World) {}

  does(deed: Deed): string[][] {
    const { world } = this;
    if ('who' in deed) deed.commands.forEach((given) => this.types(IDS[deed.who] ?? '', given));
    else world.store.full = deed.disk === 'full';
    world.advance('disk' in deed ? 2 * world.limits.T_STORE_RETRY_MS : SETTLED_MS);
    return IDS.map((id) => world.user(id).look());
  }

  private types(id: string, given: Command): void {
    const user = this.world.user(id);
    user.type(given === 'text' ? this.text(id, user.status.session) : given);
  }
  private text(id: string, session: number | null): string {
    if (session === null) return 'text';
    const key = `${id}/${String(session)}`;
    const n = (this.typed.get(key) ?? 0) + 1;
    this.typed.set(key, n);
    return textName(id, session, n);
  }
}

/** A chat with texts, one of which is not stored, what follows from it, and a chat that ends with a log-off in one write. */
const STORY: readonly Deed[] = [
  { who: 0, commands: ['Chat B'] },
  { who: 1, commands: ['text', 'text', 'History A'] },
  { disk: 'full' },
  { who: 0, commands: ['text', 'History B', 'text'] },
  { who: 2, commands: ['Chat A'] },
  { disk: 'repaired' },
  { who: 2, commands: ['Chat A'] },
  { who: 0, commands: ['text', 'End chat', 'Chat B'] },
  { who: 1, commands: ['text', 'Log off', 'Log on'] },
];

async function agree(deeds: readonly Deed[]): Promise<void> {
  await played({ users: IDS, limits: { MESSAGES_PER_SECOND: 0, CALLS_PER_MINUTE: 0 } }, (world) => {
    const model = new Model();
    const real = new Real(world);
    const begin: Deed[] = [0, 1, 2].map((who) => ({ who, commands: ['Log on'] }));
    for (const each of [...begin, ...deeds]) expect(model.does(each)).toEqual(real.does(each));
  });
}

test('users read the same in the explorer as with the real drivers', async () => {
  await agree(STORY);
  await fc.assert(fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 40 }), agree), { numRuns: 30 });
}, 120_000);
