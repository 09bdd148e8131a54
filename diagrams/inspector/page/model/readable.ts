/**
 * Text that users wrote, as a person reads it: letters of all scripts as they are; what would be invisible, or would move what stands
 * beside it, stays an escape. Must never be here: the DOM.
 */

/** Control, format (directions among them), private and unassigned characters, blanks that are no space. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu;

/** With an escape for every character that cannot be seen. */
export function withEscapes(text: string): string {
  return text.replace(UNSEEN, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** A line of a dump, in which everything but ASCII is an escape as in JSON. */
export function readable(line: string): string {
  return line.replace(/(?:\\u[0-9a-f]{4})+|\\./g, (escapes) =>
    escapes.startsWith('\\u') ? withEscapes(unescaped(escapes)) : escapes,
  );
}

function unescaped(escapes: string): string {
  return String.fromCharCode(...(escapes.match(/[0-9a-f]{4}/g) ?? []).map((digits) => parseInt(digits, 16)));
}
