/** Every state diagram can be read on paper: the smallest label has 6 points on some page, and every place of it is on one. */
import { pdfOfReport } from '../../diagrams/report/pdf/render';
import { LEGIBLE_PT, planOf } from '../../diagrams/report/pdf/figure';
import type { Figure } from '../../diagrams/report/blocks';
import { allPictures } from '../../diagrams/draw/machines';
import { place } from '../../diagrams/draw/layout';
import { svgOf } from '../../diagrams/draw/svg';

const TITLE = { title: 'T', subtitle: '', course: '', authors: [], date: '', made: '' };
/** Four lines under a picture. */
const CAPTION = 48;

const pictures = allPictures().map(({ id, level, picture }) => [`${id}, ${level}`, picture] as const);

test.each(pictures)('%s: the smallest label is legible', async (name, picture) => {
  const svg = svgOf(await place(picture));
  const figure: Figure = { kind: 'figure', id: 'f', caption: name, svg };
  const smallest = Math.min(...[...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size)));
  expect(smallest).toBeGreaterThanOrEqual(10);
  const { scale, parts } = planOf(figure, CAPTION);
  expect((parts?.scale ?? scale) * smallest).toBeGreaterThanOrEqual(LEGIBLE_PT);
  const { pages } = await pdfOfReport({ title: TITLE, blocks: [figure] });
  const bare = await pdfOfReport({ title: TITLE, blocks: [{ ...figure, svg: SMALL }] });
  // A turned page begins a new one; a picture that fits is on the page where the small one is.
  expect(pages - bare.pages).toBeGreaterThanOrEqual(parts ? parts.columns * parts.rows : 0);
});

const SMALL = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" viewBox="0 0 10 10"></svg>';

test('the largest machine is split into parts', async () => {
  const [, picture] = pictures.find(([name]) => name === 'client connection, full') ?? [];
  if (!picture) throw new Error('no such picture');
  const figure: Figure = { kind: 'figure', id: 'f', caption: 'c', svg: svgOf(await place(picture)) };
  expect(planOf(figure, CAPTION).parts).toMatchObject({ columns: 2, rows: 2 });
});
