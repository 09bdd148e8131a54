/**
 * Characters that the embedded fonts do not have. The one that the scenarios use is drawn; any other is written as the
 * program itself writes what it cannot show: `\u{...}`. Must never be here: a font of the system.
 */
import PDFDocument from 'pdfkit';
import { registerFonts } from '../../draw/pdf';
import type { FontName } from '../../draw/fonts';

/** What pdfkit has of a font it opened; its types leave this out. */
interface Opened {
  readonly _font: { readonly font: { hasGlyphForCodePoint(code: number): boolean } };
}
let fonts: InstanceType<typeof PDFDocument> | undefined;
const known = new Map<string, boolean>();

function hasGlyph(name: FontName, character: string): boolean {
  const key = `${name} ${character}`;
  let has = known.get(key);
  if (has === undefined) {
    // A document that is never written: it opens the fonts.
    if (!fonts) registerFonts((fonts = new PDFDocument({ autoFirstPage: false })));
    has = (fonts.font(name) as unknown as Opened)._font.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
    known.set(key, has);
  }
  return has;
}

/** U+2615, a cup of hot beverage, in a square of one unit whose lower edge is the base line; stroked, not filled. */
const CUP =
  'M.14 -.5H.68V-.22Q.68 -.06 .52 -.06H.3Q.14 -.06 .14 -.22ZM.68 -.44H.76Q.88 -.44 .88 -.33T.76 -.22H.68M.1 .04H.74M.3 -.58Q.24 -.64 .3 -.7T.3 -.82M.5 -.58Q.44 -.64 .5 -.7T.5 -.82';

/** Drawn characters: a path to be stroked, in units of the font size. */
export const DRAWN: Readonly<Record<string, string>> = { '☕': CUP };

/** The same text with every character the font lacks as `\u{...}`; what is drawn stays if `drawn` says so. */
export function writable(text: string, name: FontName, drawn: 'drawn' | 'written'): string {
  return [...text]
    .map((c) => {
      if (hasGlyph(name, c) || c === '\n' || (drawn === 'drawn' && Object.hasOwn(DRAWN, c))) return c;
      return `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`;
    })
    .join('');
}
