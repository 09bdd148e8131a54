/** What a server tells parley-top on its socket: types alone. */
import type { Census, ClientRow } from '../../transport/server-census';

export interface Status {
  /** ms since 1970. */
  readonly now: number;
  readonly started: number;
  readonly pid: number;
  /** Bytes. */
  readonly memory: { readonly rss: number; readonly heapUsed: number };
  readonly census: Census;
  readonly clients: readonly ClientRow[];
}
