/** The real network. */
import type { Network } from './network';
import { connectTcp, listenTcp } from './tcp';
import { connectUdp, listenUdp } from './udp';

export const systemNetwork: Network = { listenUdp, connectUdp, listenTcp, connectTcp };
