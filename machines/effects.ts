/**
 * All that a machine may ask for. Actions return these values and nothing else; whoever drives the machine performs them
 * after the state has moved (protocol 5.0, 5.2). Plain data only: no secret, no socket, no function.
 */
import type { CloseReason, DatagramName, EndWhy, Message } from './messages';
import type { Address } from './ports';

/** Timers by the name of the event they bring, without `T.`; `ACTIVITY` brings ACT_WARN and ACT_EXPIRED. */
export type ClientTimer = 'RETRY' | 'GIVEUP' | 'HOLD' | 'CONNECTING' | 'ACTIVITY';
export type ServerTimer = 'RESPONSE' | 'COOKIE';

/** Asked for by every machine. */
type CommonEffect =
  /** Queue these messages for the connection. */
  | { readonly type: 'send'; readonly messages: readonly Message[] }
  /** CLOSE(reason), FIN, linger (4.9); `silent` is FIN without CLOSE. */
  | { readonly type: 'close'; readonly reason: CloseReason | 'silent' }
  /** Nothing was done with this event: count it. */
  | { readonly type: 'ignore'; readonly event: string }
  /** Hand the event being processed to the chat or history machine inside Connected. */
  | { readonly type: 'toChat' }
  /** Make the chat and the history machine of this connection. */
  | { readonly type: 'createChat' };

export type ClientEffect =
  | CommonEffect
  /** Fresh attempt-ID, UDP socket connected to the server, no candidates. */
  | { readonly type: 'newAttempt' }
  /** The same bytes as before, and behind them the token of the last RETRY (hexadecimal), if one came. */
  | { readonly type: 'sendHELLO'; readonly token: string }
  /** Compute RES, CK_A and TH for this CHALLENGE and keep them under its TH; wipe those of the candidates it displaces. */
  | {
      readonly type: 'addCandidate';
      readonly th: string;
      readonly rand: string;
      readonly displaced: readonly string[];
    }
  /** Send the RESPONSE to these rands, same bytes as before: candidates with one rand have one RESPONSE. */
  | { readonly type: 'sendRESPONSE'; readonly rands: readonly string[] }
  /** Keep the candidate that opened AUTH_SUCCESS, wipe the others. */
  | { readonly type: 'keepKey'; readonly th: string }
  | { readonly type: 'openTcp'; readonly port: number }
  /** Client preface and record 0 = CONNECT(rand_cookie) in one write; the cookie is in the key store. */
  | { readonly type: 'sendCONNECT' }
  /** `for` is the phase whose duration counts; RETRY brings its back-off step, from 0. */
  | { readonly type: 'arm'; readonly timer: 'RETRY'; readonly step: number }
  | { readonly type: 'arm'; readonly timer: 'GIVEUP'; readonly for: 'CHALLENGE' | 'AUTH' }
  | { readonly type: 'arm'; readonly timer: 'HOLD' | 'CONNECTING' | 'ACTIVITY' }
  | { readonly type: 'disarm'; readonly timers: readonly ClientTimer[] }
  /** Disarm every timer, wipe candidates and keys, close the UDP socket, end TCP if still open. */
  | { readonly type: 'reset' }
  /** Give X.GONE to the chat and the history machine, then stop them. */
  | { readonly type: 'endChatLocal' }
  /** Give X.PROTOCOL to the connection machine. */
  | { readonly type: 'raiseProtocol' }
  /** A line for the user: what happened, or why nothing was done (`refusal`). `why`: what END_NOTIF gave as its reason (P12). */
  | { readonly type: 'show'; readonly text: string; readonly refusal?: true; readonly why?: number }
  /** Texts of the correspondent. */
  | { readonly type: 'showTexts'; readonly from: string; readonly session: number; readonly texts: readonly string[] }
  | {
      readonly type: 'showHistory';
      readonly session: number;
      readonly from: string;
      readonly text: string;
      /** Time of acceptance, ms since 1970; null if the server did not say. */
      readonly time: number | null;
    };

export type ServerEffect =
  | CommonEffect
  /** 32 fresh random bytes for this attempt; never reused. */
  | { readonly type: 'makeRand' }
  /** Compute XRES, CK_A and TH; publish the attempt under its rand and the hash of its HELLO. */
  | { readonly type: 'storeXRES' }
  /** Cookie, port_number, the AUTH_SUCCESS datagram built once; publish the attempt under its lookup tag. */
  | { readonly type: 'makeCookie' }
  /** Send the stored datagram (or AUTH_FAIL with the attempt-ID being answered) to where the question came from. */
  | { readonly type: 'answer'; readonly name: DatagramName; readonly attempt: string; readonly to: Address }
  /** Send RETRY with a token for the HELLO with this hash and for this address; nothing is kept of it. */
  | { readonly type: 'retry'; readonly hash: string; readonly attempt: string; readonly to: Address }
  | { readonly type: 'arm'; readonly timer: ServerTimer }
  | { readonly type: 'disarm'; readonly timers: readonly ServerTimer[] }
  /** Send nothing, on purpose; count it. */
  | { readonly type: 'silence' }
  /** Wipe cookie, AUTH_SUCCESS and XRES, unpublish the tag. */
  | { readonly type: 'useCookie' }
  /** X.SUPERSEDED to every older attempt or connection of this client. */
  | { readonly type: 'supersedeOlder' }
  /** Attach the socket that offered CONNECT to this attempt. */
  | { readonly type: 'bind' }
  /** Server preface and record 0 = CONNECTED in one write. */
  | { readonly type: 'sendCONNECTED' }
  /** Destroy the socket that offered CONNECT. */
  | { readonly type: 'dropSocket' }
  /** Give X.GONE(why) to the chat and the history machine, then stop them. */
  | { readonly type: 'endChatServer'; readonly why: EndWhy }
  /** Disarm timers, wipe secrets, unpublish, delete. */
  | { readonly type: 'forget' }
  /** The session number offered in M.CHAT_REQUEST is used. */
  | { readonly type: 'newSession'; readonly session: number; readonly peer: string }
  /** An event for the chat machine of another client, in the same step. */
  | { readonly type: 'toPeer'; readonly peer: string; readonly event: PeerEvent }
  /** Append to the history before anybody sees it. */
  | {
      readonly type: 'store';
      readonly session: number;
      readonly sender: string;
      readonly recipient: string;
      readonly texts: readonly string[];
    }
  | { readonly type: 'startPump'; readonly id: string }
  | { readonly type: 'stopPump' };

/** What one server chat machine tells another (R of the tables). */
export type PeerEvent =
  | { readonly type: 'R.CALLED'; readonly session: number; readonly id: string }
  | { readonly type: 'R.RELAY'; readonly session: number; readonly texts: readonly string[] }
  | { readonly type: 'R.ENDED'; readonly session: number; readonly why: EndWhy };

export type Effect = ClientEffect | ServerEffect;
