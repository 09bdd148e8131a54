/**
 * `npm run diagrams`: draws every machine into diagrams/generated: an SVG for documents, and one JSON file for the page of the
 * inspector, which lights the same drawings.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { place } from './layout';
import { allPictures, type Level } from './machines';
import { PAGE, PRINT, svgOf } from './svg';
import type { Covered } from './picture';

/** A drawing for the page: SVG with custom properties for colours, and what each edge stands for. */
export interface PagePicture {
  readonly title: string;
  readonly svg: string;
  readonly edges: readonly { readonly id: string; readonly covers: readonly Covered[] }[];
}
export type PagePictures = Readonly<Record<string, Readonly<Partial<Record<Level, PagePicture>>>>>;

/** @returns the content of every generated file by its name */
export async function generated(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const pages: Record<string, Partial<Record<Level, PagePicture>>> = {};
  for (const { id, level, picture } of allPictures()) {
    const layout = await place(picture);
    files.set(`${id.replace(' ', '-')}-${level}.svg`, svgOf(layout, PRINT));
    const edges = picture.edges.map(({ id: edge, covers }) => ({ id: edge, covers }));
    (pages[id] ??= {})[level] = { title: picture.title, svg: svgOf(layout, PAGE), edges };
  }
  files.set('pictures.json', `${JSON.stringify(pages, null, 1)}\n`);
  return files;
}

/** Writes what has changed. @returns the names of the files written */
export async function generate(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const [name, content] of await generated()) {
    const path = join(folder, name);
    const before = await readFile(path, 'utf8').catch(() => undefined);
    if (before === content) continue;
    await writeFile(path, content);
    written.push(name);
  }
  return written;
}
