/**
 * The fonts of pictures as PNG and PDF: Arimo and Cousine, which have the widths of Helvetica/Arial and Courier. They come with
 * npm packages, so a picture looks the same on every machine. Must never be here: fonts of the system.
 */
import { readFileSync } from 'node:fs';

export type FontName = 'Arimo' | 'Arimo-Bold' | 'Arimo-Italic' | 'Cousine' | 'Cousine-Bold';

/** Absolute paths of the TrueType files. */
export const FONT_FILES: Readonly<Record<FontName, string>> = {
  Arimo: require.resolve('@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf'),
  'Arimo-Bold': require.resolve('@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf'),
  'Arimo-Italic': require.resolve('@expo-google-fonts/arimo/400Regular_Italic/Arimo_400Regular_Italic.ttf'),
  Cousine: require.resolve('@expo-google-fonts/cousine/400Regular/Cousine_400Regular.ttf'),
  'Cousine-Bold': require.resolve('@expo-google-fonts/cousine/700Bold/Cousine_700Bold.ttf'),
};

/** @returns the TrueType file. @throws Error the package is damaged: the file cannot be read */
export function fontBytes(name: FontName): Uint8Array {
  return readFileSync(FONT_FILES[name]);
}

/** @returns the font for a family, weight and slant as SVG and CSS write them; anything that is not monospace is Arimo */
export function fontFor(family: string, weight: 'regular' | 'bold', slant: 'upright' | 'italic'): FontName {
  if (/mono|courier|cousine|consol/i.test(family)) return weight === 'bold' ? 'Cousine-Bold' : 'Cousine';
  if (weight === 'bold') return 'Arimo-Bold';
  return slant === 'italic' ? 'Arimo-Italic' : 'Arimo';
}

/** The same SVG with Arimo or Cousine wherever a family is named: a renderer without the named fonts leaves the text out. */
export function withOurFonts(svg: string): string {
  const family = (named: string): string => fontFor(named, 'regular', 'upright');
  return svg
    .replace(/(\sfont-family=)("[^"]*"|'[^']*')/g, (_, before: string, named: string) => `${before}"${family(named)}"`)
    .replace(/(font-family\s*:)([^;}"<]*)/g, (_, before: string, named: string) => `${before}${family(named)}`);
}
