/**
 * What a server counts while it runs: plain numbers, one increment where something happens anyway, so that nothing is paid
 * for being measured. What can be read off existing tables is not counted but read when somebody asks (server-census.ts).
 */

/** Totals since the server was started. */
export interface ServerCounters {
  /** Connections that passed CONNECT. */
  connections: number;
  sessions: number;
  /** Texts accepted from clients, counted a run at a time. */
  texts: number;
  datagramsIn: number;
  datagramBytesIn: number;
  datagramsOut: number;
  datagramBytesOut: number;
  /** Bytes of connections that are gone; those of the others are read off their sockets. */
  streamBytesIn: number;
  streamBytesOut: number;
  /** A question that was repeated, and answered with the same bytes again (protocol 3.4): a datagram was late or lost. */
  answersRepeated: number;
  wrongResponses: number;
  /** Texts that were accepted and could not be stored, so their sessions ended: their pair is full, all is full, or a failure. */
  unstoredPairFull: number;
  unstoredFull: number;
  unstoredFailed: number;
}

export function newCounters(): ServerCounters {
  return {
    connections: 0,
    sessions: 0,
    texts: 0,
    datagramsIn: 0,
    datagramBytesIn: 0,
    datagramsOut: 0,
    datagramBytesOut: 0,
    streamBytesIn: 0,
    streamBytesOut: 0,
    answersRepeated: 0,
    wrongResponses: 0,
    unstoredPairFull: 0,
    unstoredFull: 0,
    unstoredFailed: 0,
  };
}
