/** The formats in which a picture can be written, each with its function. */
import { place } from '../layout';
import { pdfOf } from '../pdf';
import type { Picture } from '../picture';
import { pngOf } from '../png';
import { svgOf } from '../svg';
import { asciiOf } from './ascii';
import { dotOf } from './dot';
import { jsonOf } from './json';
import { mermaidOf } from './mermaid';
import { plantumlOf } from './plantuml';
import { scxmlOf } from './scxml';

export const FORMATS = ['svg', 'png', 'pdf', 'mermaid', 'dot', 'plantuml', 'scxml', 'json', 'ascii'] as const;
export type Format = (typeof FORMATS)[number];

/** How the name of a file in this format ends, without the dot. */
export const EXTENSIONS: Readonly<Record<Format, string>> = {
  svg: 'svg',
  png: 'png',
  pdf: 'pdf',
  mermaid: 'mmd',
  dot: 'dot',
  plantuml: 'puml',
  scxml: 'scxml',
  json: 'json',
  ascii: 'txt',
};

type Writer = (picture: Picture) => Promise<string | Uint8Array>;
const svg = async (picture: Picture): Promise<string> => svgOf(await place(picture));
const atOnce =
  (write: (picture: Picture) => string): Writer =>
  (picture) =>
    Promise.resolve(write(picture));

const WRITERS: Readonly<Record<Format, Writer>> = {
  svg,
  png: async (picture) => pngOf(await svg(picture)),
  pdf: async (picture) => pdfOf(await svg(picture), picture.title),
  mermaid: atOnce(mermaidOf),
  dot: atOnce(dotOf),
  plantuml: atOnce(plantumlOf),
  scxml: atOnce(scxmlOf),
  json: atOnce(jsonOf),
  ascii: atOnce(asciiOf),
};

/** @returns the content of a file: text, or the bytes of PNG and PDF. @throws DrawError the picture cannot be laid out */
export function written(picture: Picture, format: Format): Promise<string | Uint8Array> {
  return WRITERS[format](picture);
}
