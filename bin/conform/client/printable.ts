/** What a client wrote, for somebody's terminal: it may hold what steers one. Must never be here: where it is shown. */

/** Every character that is not to be seen stands as its name, such as [U+001B]. */
export function printable(text: string): string {
  const name = (c: string): string => `[U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, name);
}
