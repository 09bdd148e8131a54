/** A log that keeps its lines for a test to look at. */
import type { Log, LogFields } from '../../transport/log';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export class RecordingLog implements Log {
  readonly debugging = false;
  readonly lines: LogLine[] = [];

  debug(): void {
    return;
  }
  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }
  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }
  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }

  /** Lines with this message. */
  of(message: string): LogLine[] {
    return this.lines.filter((line) => line.message === message);
  }
}
