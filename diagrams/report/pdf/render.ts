/** The report as a PDF file: title page, contents, blocks; headers and page numbers last, when all pages are known. */
import PDFDocument from 'pdfkit';
import { registerFonts, type Pdf } from '../../draw/pdf';
import { numbersOf, type Line, type Report, type Title } from '../blocks';
import { drawBlocks, type Entry } from './blocks';
import { MARGIN, PAGE, Paper, WIDTH } from './paper';
import { ACCENT, BODY, drawRows, INK, RULE, rowsOf, SOFT, type Look } from './text';

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** @returns the bytes of the file and its number of pages */
export async function pdfOfReport(report: Report): Promise<{ readonly bytes: Uint8Array; readonly pages: number }> {
  const { title, authors } = report.title;
  const doc = new PDFDocument({
    autoFirstPage: false,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: title, Author: authors.join(', '), Creator: 'Parley', Producer: 'Parley' },
  });
  registerFonts(doc);
  const parts: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Buffer) => void parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  const paper = new Paper(doc);
  paper.blank('');
  drawTitle(doc, report.title);
  const contents = contentsPages(report);
  for (let i = 0; i < contents; i++) paper.blank('Contents');
  paper.blank('');
  const entries = drawBlocks(paper, report.blocks);
  drawContents(doc, entries);
  drawMargins(doc, paper, title);
  const { count } = doc.bufferedPageRange();
  doc.end();
  await ended;
  return { bytes: Buffer.concat(parts), pages: count };
}

function drawTitle(doc: Pdf, { title, subtitle, course, authors, date, made }: Title): void {
  const put = (text: string, y: number, look: Look): number => {
    const rows = rowsOf(doc, [{ kind: 'text', text }], look, WIDTH, NO_LABELS);
    drawRows(doc, rows, MARGIN.left, y, look);
    return y + rows.length * look.leading;
  };
  doc.rect(0, 0, PAGE.width, 14).fill(ACCENT);
  let y = put(course, 190, { size: 12, leading: 17, colour: SOFT });
  y = put(title, y + 12, { size: 34, leading: 42, colour: ACCENT, weight: 'bold' });
  y = put(subtitle, y + 8, { size: 15, leading: 21, colour: INK });
  doc.rect(MARGIN.left, y + 22, 72, 3).fill(ACCENT);
  y = put(authors.join(', '), y + 52, { size: 13, leading: 19, colour: INK, weight: 'bold' });
  put(date, y + 4, { size: 12, leading: 17, colour: SOFT });
  put(made, PAGE.height - 150, { size: 9.5, leading: 14, colour: SOFT });
}

const ENTRY: Look = { ...BODY, leading: 16 };
const CHAPTER_GAP = 7;
const CONTENTS_TOP = MARGIN.top + 44;

function listed(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ heading }) => heading.level <= 2);
}

/** How many pages the contents take: as many entries as there are headings. */
function contentsPages({ blocks }: Report): number {
  const { headings } = numbersOf(blocks);
  const entries = [...headings].map(([heading, number]) => ({ heading, number, page: 0 }));
  return (placed(entries).at(-1)?.sheet ?? 0) ? (placed(entries).at(-1)?.sheet ?? 0) + 1 : 1;
}

interface PlacedEntry extends Entry {
  /** Which of the pages of the contents, from 0. */
  readonly sheet: number;
  readonly y: number;
}
function placed(entries: readonly Entry[]): PlacedEntry[] {
  let sheet = 0;
  let y = CONTENTS_TOP;
  return listed(entries).map((entry) => {
    if (entry.heading.level === 1) y += CHAPTER_GAP;
    const keep = entry.heading.level === 1 ? 2 : 1;
    if (y + keep * ENTRY.leading > PAGE.height - MARGIN.bottom) [sheet, y] = [sheet + 1, MARGIN.top];
    const at = { ...entry, sheet, y };
    y += ENTRY.leading;
    return at;
  });
}

function drawContents(doc: Pdf, entries: readonly Entry[]): void {
  doc.switchToPage(1);
  const look: Look = { size: 20, leading: 25, colour: ACCENT, weight: 'bold' };
  drawRows(
    doc,
    rowsOf(doc, [{ kind: 'text', text: 'Contents' }], look, WIDTH, NO_LABELS),
    MARGIN.left,
    MARGIN.top,
    look,
  );
  for (const { heading, number, page, sheet, y } of placed(entries)) {
    doc.switchToPage(1 + sheet);
    const main = heading.level === 1;
    const own: Look = main ? { ...ENTRY, weight: 'bold' } : ENTRY;
    const put = (text: string, x: number, align: 'left' | 'right' = 'left'): number => {
      const rows = rowsOf(doc, [{ kind: 'text', text }] as Line, own, WIDTH, NO_LABELS);
      drawRows(doc, rows, x, y, own, align, MARGIN.left + WIDTH - x);
      const last = rows[0]?.at(-1);
      return x + (last ? last.x + last.width : 0);
    };
    const x = MARGIN.left + (main ? 0 : 22);
    put(number, x);
    const end = put(heading.text, x + (main ? 22 : 30));
    const label = String(page + 1);
    put(label, MARGIN.left, 'right');
    const leader = MARGIN.left + WIDTH - 24;
    if (!main && end + 6 < leader) {
      const base = y + own.leading * 0.72 - 0.5;
      doc
        .save()
        .moveTo(end + 6, base)
        .lineTo(leader, base)
        .lineWidth(0.8)
        .dash(0.8, { space: 3.4 })
        .stroke(RULE)
        .restore();
    }
    doc.goTo(MARGIN.left, y, WIDTH, own.leading, heading.id);
  }
}

const MARGINAL: Look = { size: 8.5, leading: 11, colour: SOFT };

/** Running header and page number of every page but the first. */
function drawMargins(doc: Pdf, { chapters }: Paper, title: string): void {
  chapters.forEach((chapter, i) => {
    if (i === 0) return;
    doc.switchToPage(i);
    const { width, height } = doc.page;
    const inner = width - MARGIN.left - MARGIN.right;
    const put = (text: string, y: number, align: 'left' | 'right'): void => {
      drawRows(
        doc,
        rowsOf(doc, [{ kind: 'text', text }], MARGINAL, inner, NO_LABELS),
        MARGIN.left,
        y,
        MARGINAL,
        align,
        inner,
      );
    };
    put(title, 40, 'left');
    put(chapter, 40, 'right');
    doc
      .save()
      .moveTo(MARGIN.left, 56)
      .lineTo(width - MARGIN.right, 56)
      .lineWidth(0.5)
      .stroke(RULE)
      .restore();
    put(String(i + 1), height - 44, 'right');
  });
}
