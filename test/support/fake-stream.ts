/** A stream without a network: a test is its other end, and sees every call. */
import type { Address } from '../../machines/ports';
import type { Stream, StreamHandlers } from '../../transport/net/network';

export class FakeStream implements Stream {
  /** Every write, as it was. */
  readonly writes: Buffer[] = [];
  /** `end`, `destroy`, `pause`, `resume`, in order. */
  readonly calls: string[] = [];
  writableLength = 0;
  bytesRead = 0;
  bytesWritten = 0;
  private handlers: StreamHandlers | undefined;

  constructor(readonly remote: Address = { address: '192.0.2.1', port: 1 }) {}

  get isDestroyed(): boolean {
    return this.calls.includes('destroy');
  }
  get hasEnded(): boolean {
    return this.calls.includes('end');
  }
  get isPaused(): boolean {
    return this.calls.findLast((call) => call === 'pause' || call === 'resume') === 'pause';
  }

  handle(handlers: StreamHandlers): void {
    this.handlers = handlers;
  }
  write(bytes: Buffer): boolean {
    if (this.hasEnded) throw new Error('write after end');
    this.writes.push(bytes);
    return true;
  }
  end(): void {
    this.calls.push('end');
  }
  destroy(): void {
    this.calls.push('destroy');
  }
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }

  // What the other end does

  data(bytes: Buffer): void {
    this.handlers?.data(bytes);
  }
  fin(): void {
    this.handlers?.end();
  }
  close(): void {
    this.handlers?.close();
  }
  drain(): void {
    this.handlers?.drain();
  }
}
