/** How a command fails because of something the user can mend. */

/** The message is the whole of what he reads. */
export class UserError extends Error {}

/** The system's name for what went wrong, such as ENOENT; without one, the message. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
