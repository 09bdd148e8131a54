/** How a command fails because of something the user can mend. */

/** The message is the whole of what he reads. */
export class UserError extends Error {}

/** As it may be shown on a terminal: what somebody put into a file or an argument must not steer it. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, escapeOf);
}

/** A character by its number, as JavaScript writes it. */
export function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The same in one line, for what is a line of an error. */
export function inOneLine(text: string): string {
  return printable(text.trim().replaceAll(/\s*\n\s*/g, ' '));
}

/** The system's name for what went wrong, such as ENOENT; without one, the message. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
