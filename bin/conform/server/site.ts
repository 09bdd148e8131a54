/** The server that is checked: where it is, how fast it may be asked, and whether it is there at all. Must never be here: a check. */
import { lookup } from 'node:dns/promises';
import type { Address } from '../../../machines/ports';
import { TokenBucket } from '../../../transport/buckets';
import { systemClock } from '../../../transport/clock';
import { sourceText } from '../../../transport/log';
import { systemNetwork } from '../../../transport/net/system';
import { UserError } from '../../failure';
import { Unexpected } from '../check';
import { Scene, type Person } from './scene';
import type { Site } from './sockets';

/** Below what a server grants a source (protocol 3.6), so that no check fails because of those before it. */
const DATAGRAMS_PER_SECOND = 40;
const DATAGRAM_BURST = 100;
/** AUTH_FAIL speaks of the first, AUTH_SUCCESS that does not verify of the second. */
const KEY_OR_TH =
  'is this the key that the server has for it? If it is, TH or K_succ is another: compare with steps 3 to 5 of docs/protocol.md, 9.4';
/** The steps of a client that are shorter than our patience (3.2). */
const AGAIN_MS = [500, 1_000] as const;

export interface SiteOptions {
  readonly patienceMs: number;
  /** The server bounds neither datagrams nor messages: nothing has to be held back. */
  readonly unlimited: boolean;
}

/** @throws UserError a name that is not known */
export async function siteOf({ address, port }: Address, { patienceMs, unlimited }: SiteOptions): Promise<Site> {
  // A name may stand for both families, and a server listens on one address: the usual one first.
  const found = await lookup(address, { verbatim: false }).catch(() => {
    throw new UserError(`${address} is not known on this machine; give the server's address`);
  });
  const bucket = new TokenBucket(systemClock, unlimited ? 0 : DATAGRAMS_PER_SECOND, DATAGRAM_BURST);
  const pace = async (): Promise<void> => {
    while (!bucket.take()) await new Promise((resolve) => setTimeout(resolve, 1_000 / DATAGRAMS_PER_SECOND));
  };
  const againMs = AGAIN_MS.filter((ms) => ms < patienceMs);
  return { network: systemNetwork, server: { address: found.address, port }, patienceMs, againMs, pace };
}

/** Somebody answers there, and these are keys of subscribers. @throws UserError what is wrong, before any check is */
export async function expectReady(site: Site, people: readonly Person[]): Promise<void> {
  const scene = new Scene(site, people);
  try {
    for (const [n, { id }] of people.entries()) {
      const peer = await scene.peer(n);
      await trying(
        `${where(site)} does not challenge ${id}: is the server running there, and is ${id} its subscriber?`,
        () => peer.askChallenge(),
      );
      await trying(`${where(site)} does not let ${id} in: ${KEY_OR_TH}`, () => peer.authenticate());
    }
  } finally {
    await scene.close();
  }
}

function where({ server: { address, port } }: Site): string {
  return `UDP ${sourceText({ address, port })}`;
}

async function trying(complaint: string, deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    throw new UserError(`${complaint} (expected ${error.expected}, saw ${error.seen})`);
  }
}
