/**
 * Which HELLO may begin an attempt at once, and which has to prove first where it comes from (protocol 3.6). A source address
 * can be forged, so what is counted by it is counted twice: for HELLOs that anybody may have sent, and for those that
 * brought a token back, which nobody can use up who does not receive at that address.
 */
import type { Limits } from '../machines/limits';
import type { Clock, Random } from '../machines/ports';
import type { Admission, Hello } from '../machines/server/switchboard';
import { SourceBuckets, TokenBucket } from './buckets';
import { RetryTokens } from './security/retry-tokens';

export class SourceAdmission implements Admission {
  readonly tokens: RetryTokens;
  private readonly anybody: Rates;
  private readonly proved: Rates;

  constructor(clock: Clock, random: Random, limits: Limits) {
    this.tokens = new RetryTokens(clock, random, limits.T_TOKEN_MS);
    this.anybody = new Rates(clock, limits);
    this.proved = new Rates(clock, limits);
  }

  admits({ token, to, hash, source }: Hello, full: boolean): boolean {
    if (token && this.tokens.isGood(token, to.address, hash)) return this.proved.take(source);
    return !full && this.anybody.take(source);
  }
}

/** New attempts of each source, and of all together. */
class Rates {
  private readonly sources: SourceBuckets;
  private readonly all: TokenBucket;

  constructor(clock: Clock, l: Limits) {
    this.sources = new SourceBuckets(clock, l.HELLOS_PER_SECOND, l.HELLO_BURST, l.SOURCES);
    this.all = new TokenBucket(clock, l.NEW_ATTEMPTS_PER_SECOND, l.NEW_ATTEMPTS_PER_SECOND);
  }

  take(source: string): boolean {
    return this.sources.take(source) && this.all.take();
  }
}
