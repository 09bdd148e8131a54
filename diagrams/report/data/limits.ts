/** Every limit with its value from the code and its reason from the comment above it in the source of the table. */
import { LIMITS } from '../../../machines/limits';

export interface Limit {
  readonly name: string;
  readonly value: string;
  /** Empty if the source says none. */
  readonly why: string;
}

/** @param source text of machines/limits.ts */
export function limitsWithReasons(source: string): Limit[] {
  return Object.entries(LIMITS).map(([name, value]) => ({
    name,
    value: valueOf(name, value),
    why: new RegExp(`/\\*\\* ([^\\n]*) \\*/\\n  ${name}:`).exec(source)?.[1] ?? '',
  }));
}

function valueOf(name: string, value: number | readonly number[]): string {
  const numbers = typeof value === 'number' ? [value] : value;
  const written = numbers.map((one) => one.toLocaleString('en-US')).join(', ');
  return name.startsWith('T_') ? `${written} ms` : name.endsWith('_BYTES') ? `${written} bytes` : written;
}
