/**
 * A place in a buffer that moves on as it is read or written. A reader never goes beyond its end and never throws: the
 * first thing found wrong stays in `fault`, and everything read after that is empty. A writer throws, because what does not
 * fit is our own bug. Nothing here knows a message or a field.
 */
import { type Fault } from '../../machines/faults';
import { WIRE } from '../../machines/limits';

/** Reads big-endian unsigned integers and bytes from a part of a buffer. */
export class Reader {
  /** The first thing found wrong; whatever was read is worth nothing once it is set. */
  fault: Fault | undefined = undefined;

  /** Reads `bytes` from offset `at` up to, not including, offset `end`; both must lie inside the buffer. */
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
    readonly end = bytes.length,
  ) {}

  /** Number of bytes not read yet. */
  get left(): number {
    return this.end - this.at;
  }

  /** Names what is wrong, unless something was before, and ends the reading. */
  fail(fault: Fault): void {
    this.fault ??= fault;
    this.at = this.end;
  }

  /** Whether `n` more bytes are there; if not, that is a fault. */
  has(n: number): boolean {
    if (n <= this.left) return true;
    this.fail('FieldBeyondEnd');
    return false;
  }

  /** The next integer of 1, 2 or 4 bytes; 0 beyond the end. */
  uint(size: 1 | 2 | 4): number {
    if (!this.has(size)) return 0;
    const at = this.at;
    this.at += size;
    if (size === 1) return this.bytes.readUInt8(at);
    return size === 2 ? this.bytes.readUInt16BE(at) : this.bytes.readUInt32BE(at);
  }

  /** A view of the next `n` bytes, not a copy; empty beyond the end. */
  take(n: number): Buffer {
    if (!this.has(n)) n = 0;
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }

  /** A reader of the next `n` bytes, which this one leaves behind; `n` must not be more than are left. */
  part(n: number): Reader {
    const from = this.at;
    this.at += n;
    return new Reader(this.bytes, from, this.at);
  }

  /**
   * The next `n` bytes if all are printable ASCII; otherwise undefined, and nothing is read. `n` must not be more than
   * are left.
   */
  ascii(n: number): string | undefined {
    const from = this.at;
    const end = from + n;
    for (let i = from; i < end; i++) {
      const c = this.bytes[i];
      if (c === undefined || c < 0x20 || c > 0x7e) return undefined;
    }
    this.at = end;
    return this.bytes.toString('latin1', from, end);
  }

  /** Whether all bytes that are left are zero. */
  restIsZero(): boolean {
    for (let i = this.at; i < this.end; i++) if (this.bytes[i] !== 0) return false;
    return true;
  }
}

/** Writes into a buffer made large enough beforehand. */
export class Writer {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** @throws RangeError our own bug: no integer, one that needs more bytes, or no room */
  uint(size: 1 | 2 | 4, value: number): void {
    if (!Number.isInteger(value)) throw new RangeError('not an integer');
    const { bytes, at } = this;
    if (size === 1) this.at = bytes.writeUInt8(value, at);
    else this.at = size === 2 ? bytes.writeUInt16BE(value, at) : bytes.writeUInt32BE(value, at);
  }

  /** @throws RangeError our own bug: no room */
  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /**
   * Writes the length (2 bytes) and the characters of a text if all are printable ASCII, as in most texts; otherwise returns
   * false, and nothing counts as written.
   */
  plain(text: string): boolean {
    const { bytes, at } = this;
    const { length } = text;
    const start = at + 2;
    if (length === 0 || length > WIRE.TEXT_MAX_BYTES || start + length > bytes.length) return false;
    if (bytes.write(text, start, 'utf8') !== length) return false;
    const end = start + length;
    for (let i = start; i < end; i++) {
      const c = bytes[i];
      if (c === undefined || c < 0x20 || c > 0x7e) return false;
    }
    bytes.writeUInt16BE(length, at);
    this.at = end;
    return true;
  }

  /** Writes a string as UTF-8. */
  utf8(text: string): void {
    this.at += this.bytes.write(text, this.at, 'utf8');
  }

  /**
   * What was written, with zeros up to the end of the buffer.
   * @throws Error our own bug: other than `size` bytes were written
   */
  finish(size: number): Buffer {
    if (this.at !== size) throw new Error(`encoded ${this.at} bytes instead of ${size}`);
    return this.bytes.fill(0, size);
  }
}
