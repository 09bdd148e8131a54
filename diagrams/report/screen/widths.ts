/** How many cells a character takes, as terminals of today have it; the emulator's own table is of Unicode 6. */
import type { IUnicodeVersionProvider } from '@xterm/headless';

const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;

export function cellsOf(codePoint: number): 0 | 1 | 2 {
  // Printable ASCII is nearly everything there is.
  if (codePoint < 0x7f) return codePoint < 0x20 ? 0 : 1;
  const character = String.fromCodePoint(codePoint);
  if (WIDE.test(character)) return 2;
  return NOTHING.test(character) || codePoint < 0xa0 ? 0 : 1;
}

export const WIDTHS: IUnicodeVersionProvider = {
  version: 'parley',
  wcwidth: cellsOf,
  /** As the emulator packs it: the width from bit 1 on, bit 0 for a character that joins the one before. */
  charProperties: (codePoint, preceding) => {
    const cells = cellsOf(codePoint);
    return cells === 0 && preceding !== 0 ? (((preceding >> 1) & 3) << 1) | 1 : cells << 1;
  },
};
