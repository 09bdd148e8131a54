/**
 * Every way a peer can be wrong, named after what it did, with the consequence we chose (protocol 1.8). A fault is a value:
 * decoders return it, drivers count it by its name, and only our own bugs throw.
 *
 * Where it happens decides first: in a datagram every fault is a *drop*; on a TCP connection before CONNECT was accepted
 * every fault is a *cut* (P20). The consequence below is what follows on a connection that is bound.
 */

/** drop: discard, count. cut: destroy the socket, send nothing. PE: CLOSE(protocol error), close. */
export type Consequence = 'drop' | 'cut' | 'PE';

export const FAULTS = {
  // Datagrams (1.4, 1.8), in the order of the checks (P24)
  DatagramOfWrongSize: 'drop',
  WrongMagic: 'cut',
  UnknownHeaderVersion: 'cut',
  UnknownDatagramType: 'drop',
  DatagramOfWrongDirection: 'drop',
  WrongLengthField: 'drop',
  NoCommonVersion: 'drop',
  // Fields, of datagrams and of messages
  FieldBeyondEnd: 'PE',
  MalformedClientId: 'PE',
  WrongVersionRange: 'PE',
  PortZero: 'PE',
  SessionZero: 'PE',
  EmptyText: 'PE',
  TextTooLong: 'PE',
  TextNotUtf8: 'PE',
  TextWithControlCharacter: 'PE',
  // Extension block (1.7, P18, P19)
  ExtensionBeyondEnd: 'PE',
  ExtensionTwice: 'PE',
  ExtensionOfTypeZero: 'PE',
  ExtensionOfWrongLength: 'PE',
  UnknownCriticalExtension: 'PE',
  FillingNotZero: 'PE',
  FillingTooLong: 'PE',
  // Datagrams that decode and are refused by what is known (3.4, 3.6, 5.0, P8)
  OtherAttempt: 'drop',
  VersionNotOffered: 'drop',
  AnswerNotVerified: 'drop',
  ResponseOfOtherAttempt: 'drop',
  StrayResponse: 'drop',
  TooManyHellos: 'drop',
  TooManyAuthFails: 'drop',
  TooManyClients: 'drop',
  // TCP stream (1.5, 2.6, 2.7, 4.1)
  ReservedNotZero: 'cut',
  UnknownTag: 'cut',
  TagUsedMeanwhile: 'cut',
  RecordOfWrongLength: 'cut',
  RecordNotVerified: 'cut',
  FirstRecordNotConnect: 'cut',
  WrongCookie: 'cut',
  PrefaceTooLate: 'cut',
  TooManyUnboundSockets: 'cut',
  // Records that verify (1.5, P3)
  RecordWithoutMessage: 'PE',
  MessageBeyondRecord: 'PE',
  FirstRecordNotConnected: 'PE',
  // Messages (1.6)
  UnknownMessageType: 'PE',
  MessageOfWrongDirection: 'PE',
  MessageTooLong: 'PE',
  MessageOutOfPlace: 'PE',
} as const satisfies Record<string, Consequence>;

export type Fault = keyof typeof FAULTS;

/** A value, or the name of what the peer did wrong. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}
export function faulty(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}
