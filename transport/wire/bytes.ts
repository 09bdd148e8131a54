/**
 * Bytes of a stream that wait to be read, in whatever pieces TCP delivered them (protocol 1.5). Must never be here: what
 * the bytes mean.
 */

/** A queue of bytes. Nothing is copied when it comes in; what is taken is joined at most once. */
export class ByteQueue {
  private chunks: Buffer[] = [];
  /** Index of the first chunk that is not used up, and how much of it is. */
  private first = 0;
  private used = 0;
  private size = 0;

  /** Number of bytes waiting. */
  get length(): number {
    return this.size;
  }

  /** Adds a chunk, which must not be changed afterwards. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.size += chunk.length;
  }

  /** The next `n` bytes, which stay; undefined if there are fewer. A view if one chunk holds them. */
  peek(n: number): Buffer | undefined {
    if (n > this.size) return undefined;
    const chunk = this.chunks[this.first];
    if (chunk === undefined) return Buffer.alloc(0);
    return n <= chunk.length - this.used ? chunk.subarray(this.used, this.used + n) : this.join(n);
  }

  /**
   * The next `n` bytes, which leave; undefined, and nothing leaves, if there are fewer. A view if one chunk holds
   * them.
   */
  take(n: number): Buffer | undefined {
    const bytes = this.peek(n);
    if (bytes !== undefined) this.drop(n);
    return bytes;
  }

  private join(n: number): Buffer {
    const joined = Buffer.allocUnsafe(n);
    let from = this.used;
    for (let i = this.first, at = 0; at < n; i++, from = 0) at += (this.chunks[i] as Buffer).copy(joined, at, from);
    return joined;
  }

  private drop(n: number): void {
    this.size -= n;
    this.used += n;
    for (let chunk = this.chunks[this.first]; chunk !== undefined && this.used >= chunk.length;) {
      this.used -= chunk.length;
      chunk = this.chunks[++this.first];
    }
    // Cutting the list moves what remains in it: done when that is no more than what goes, so each chunk is moved at
    // most once on average.
    if (this.first * 2 < this.chunks.length) return;
    this.chunks.splice(0, this.first);
    this.first = 0;
  }
}
