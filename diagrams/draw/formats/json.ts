/**
 * A picture as JSON, for other programs. The form is stable: `version` grows when a field changes its meaning or goes, not when
 * one comes.
 */
import type { Picture } from '../picture';

/** Everything of a Picture (picture.ts), with its names, and what it is. */
export interface PictureFile extends Picture {
  readonly format: 'parley-picture';
  readonly version: 1;
}

/** @returns a `PictureFile`, ending with a line break */
export function jsonOf(picture: Picture): string {
  const file: PictureFile = { format: 'parley-picture', version: 1, ...picture };
  return `${JSON.stringify(file, null, 2)}\n`;
}
