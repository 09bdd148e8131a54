/**
 * What a server says over UDP: one datagram for each that asked, never longer, to where it came from (protocol 3.1, 3.5).
 * Must never be here: a decision whether to answer; the machine made it.
 */
import type { ServerEffect } from '../machines/effects';
import type { Limits } from '../machines/limits';
import type { DatagramName, Message } from '../machines/messages';
import type { Address, Clock } from '../machines/ports';
import type { Instance } from '../machines/server/switchboard';
import type { ServerAuthenticator } from './authenticator';
import { TokenBucket } from './buckets';
import type { WireTrace } from './trace';
import type { FaultCounter } from './faults';
import type { ServerCounters } from './server-counters';
import { sourceText, type Log } from './log';
import type { RetryTokens } from './security/retry-tokens';
import { encodeDatagram } from './wire/datagrams';

const HOUR_MS = 3_600_000;

export interface AnswersOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly trace?: WireTrace | undefined;
  readonly counters: ServerCounters;
  readonly tokens: RetryTokens;
}
type Answer = Extract<ServerEffect, { type: 'answer' }>;

export class ServerAnswers {
  private readonly authFails: TokenBucket;
  /** Wrong RESPONSEs by Client-ID (3.11); with decoys these are not only subscribers, so the oldest entry leaves. */
  private readonly wrong = new Map<string, { since: number; count: number }>();

  constructor(
    private readonly o: AnswersOptions,
    private readonly authenticator: ServerAuthenticator,
    private readonly faults: FaultCounter,
    private readonly send: (bytes: Buffer, to: Address) => void,
  ) {
    const { AUTH_FAIL_PER_SECOND } = o.limits;
    this.authFails = new TokenBucket(o.clock, AUTH_FAIL_PER_SECOND, AUTH_FAIL_PER_SECOND);
  }

  answer(at: Instance, { name, attempt, to }: Answer): void {
    const id = Buffer.from(attempt, 'hex');
    if (name === 'AUTH_FAIL') {
      const source = sourceText(to);
      if (!this.authFails.take()) return this.faults.count('TooManyAuthFails', { source });
      if (at.id === '') this.faults.count('StrayResponse', { source });
      else this.wrongResponse(at.id, source);
      return this.reply(to, at.id, id, { type: name }, encodeDatagram(id, { type: name }));
    }
    if (name !== 'CHALLENGE' && name !== 'AUTH_SUCCESS') throw new Error(`a server does not answer with ${name}`);
    const stored = this.authenticator.answer(at.serial, name);
    if (!stored) return;
    if (stored.again) this.o.counters.answersRepeated++;
    this.reply(to, at.id, id, stored.message, stored.bytes);
  }

  /** There is no room for this HELLO; the token is the proof of its source when it comes back (3.6). */
  retry({ hash, attempt, to }: Extract<ServerEffect, { type: 'retry' }>): void {
    this.faults.count('TooManyHellos', { source: sourceText(to) });
    const id = Buffer.from(attempt, 'hex');
    const message = { type: 'RETRY', token: this.o.tokens.make(to.address, hash) } as const;
    this.reply(to, '', id, message, encodeDatagram(id, message));
  }

  private reply(to: Address, client: string, attempt: Buffer, message: Message<DatagramName>, bytes: Buffer): void {
    this.o.trace?.datagram('server', client, attempt, message, bytes.length);
    this.o.counters.datagramsOut++;
    this.o.counters.datagramBytesOut += bytes.length;
    this.send(bytes, to);
  }

  /** Guessing is hopeless against 256 bits, and worth a warning against a stretched key (3.11). */
  private wrongResponse(client: string, source: string): void {
    const { clock, log, limits } = this.o;
    const now = clock.now();
    const entry = this.wrong.get(client);
    const current = entry && now - entry.since < HOUR_MS ? entry : { since: now, count: 0 };
    this.wrong.set(client, current);
    current.count++;
    this.o.counters.wrongResponses++;
    const [oldest] = this.wrong.keys();
    if (this.wrong.size > limits.SOURCES && oldest !== undefined) this.wrong.delete(oldest);
    log.info('wrong RESPONSE', { client, source, count: current.count });
    if (current.count === limits.WRONG_RESPONSES_PER_HOUR_WARN + 1) {
      log.warn('many wrong RESPONSEs within an hour', { client, count: current.count });
    }
  }
}
