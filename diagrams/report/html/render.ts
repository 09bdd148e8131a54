/**
 * The report as one page that needs nothing else: style and pictures inside it, no script, nothing loaded from anywhere.
 * Must never be here: content.
 */
import { numbersOf, type Block, type Figure, type Line, type Numbers, type Report, type Table } from '../blocks';
import { escapeXml } from '../../draw/svg';
import { STYLE } from './style';

/** @returns the whole page */
export function htmlOf(report: Report): string {
  const numbers = numbersOf(report.blocks);
  const { title, subtitle, course, authors, date, made } = report.title;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<header><p class="course">${escapeXml(course)}</p><h1>${escapeXml(title)}</h1><p class="subtitle">${escapeXml(subtitle)}</p>`,
    `<p class="authors">${escapeXml(authors.join(', '))}</p><p class="date">${escapeXml(date)}</p><p class="made">${escapeXml(made)}</p></header>`,
    contentsOf(report.blocks, numbers),
    '<main>',
    ...report.blocks.map((block) => blockHtml(block, numbers)),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function contentsOf(blocks: readonly Block[], { headings }: Numbers): string {
  const entries = blocks.flatMap((block) => {
    if (block.kind !== 'heading' || block.level > 2) return [];
    const number = headings.get(block) ?? '';
    return `<li class="level${String(block.level)}"><a href="#${block.id}"><span>${number}</span> ${escapeXml(block.text)}</a></li>`;
  });
  return `<nav aria-label="Contents"><p class="contents">Contents</p><ul>${entries.join('')}</ul></nav>`;
}

function blockHtml(block: Block, numbers: Numbers): string {
  switch (block.kind) {
    case 'heading': {
      // The title of the page is its h1.
      const tag = `h${String(block.level + 1)}`;
      const number = numbers.headings.get(block) ?? '';
      const shown = number === '' ? '' : `<span class="number">${number}</span> `;
      return `<${tag} id="${block.id}">${shown}${escapeXml(block.text)}</${tag}>`;
    }
    case 'paragraph':
      return `<p>${lineHtml(block.line, numbers)}</p>`;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      return `<${tag}>${block.items.map((item) => `<li>${lineHtml(item, numbers)}</li>`).join('')}</${tag}>`;
    }
    case 'table':
      return tableHtml(block, numbers);
    case 'figure':
      return figureHtml(block, numbers);
    case 'code':
      return `<pre><code>${escapeXml(block.text)}</code></pre>`;
    case 'note':
      return `<p class="note ${block.tone}">${lineHtml(block.line, numbers)}</p>`;
  }
}

function lineHtml(content: Line, { labels }: Numbers): string {
  return content
    .map((part) => {
      if (part.kind === 'ref') return `<a href="#${part.id}">${labels.get(part.id) ?? ''}</a>`;
      const text = escapeXml(part.text);
      switch (part.kind) {
        case 'text':
          return text;
        case 'em':
        case 'strong':
        case 'code':
          return `<${part.kind}>${text}</${part.kind}>`;
        case 'good':
        case 'bad':
          return `<strong class="${part.kind}">${text}</strong>`;
        case 'link':
          return `<a href="${escapeXml(part.url)}">${text}</a>`;
      }
    })
    .join('');
}

function tableHtml({ id, caption, head, rows, right = [], widths }: Table, numbers: Numbers): string {
  const all = widths.reduce((sum, width) => sum + width, 0);
  const columns = widths.map((width) => `<col style="width:${((100 * width) / all).toFixed(1)}%"/>`).join('');
  const cell = (tag: string, content: string, column: number): string =>
    `<${tag}${right.includes(column) ? ' class="right"' : ''}>${content}</${tag}>`;
  const body = rows.map(
    (row) => `<tr>${row.map((content, i) => cell('td', lineHtml(content, numbers), i)).join('')}</tr>`,
  );
  return [
    `<div class="table"><table id="${id}"><caption><b>${numbers.labels.get(id) ?? ''}.</b> ${escapeXml(caption)}</caption>`,
    `<colgroup>${columns}</colgroup><thead><tr>${head.map((text, i) => cell('th', escapeXml(text), i)).join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody></table></div>`,
  ].join('\n');
}

function figureHtml({ id, caption, svg, moving, share = 1 }: Figure, { labels }: Numbers): string {
  const label = labels.get(id) ?? '';
  const [width] = sizeOf(svg);
  // A picture that moves has rules of style of its own, which must not reach the page.
  const picture =
    moving === undefined ? svg : `<img alt="${escapeXml(caption)}" src="data:image/svg+xml;base64,${base64(moving)}"/>`;
  const wide = width * LEAST_SCALE > COLUMN ? ' class="wide"' : '';
  return `<figure id="${id}"${wide}><div class="picture"><div style="${boundsOf(width, share)}">${picture}</div></div><figcaption><b>${label}.</b> ${escapeXml(caption)}</figcaption></figure>`;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** Never larger than it is; a wide one is scrolled rather than made too small to read. */
function boundsOf(width: number, share: number): string {
  const most = `${String(Math.ceil(width))}px`;
  if (share < 1) return `max-width:min(${String(Math.round(share * 100))}%, ${most})`;
  return `max-width:${most};min-width:${String(Math.floor(width * LEAST_SCALE))}px`;
}

/** On a screen a picture is not made smaller than this. */
const LEAST_SCALE = 0.72;
/** Width of the page's text in pixels: a picture that needs more reaches into the margins. */
const COLUMN = 890;

/** Width and height of a picture in its own units. @throws Error our own bug: the picture does not say */
export function sizeOf(svg: string): readonly [number, number] {
  const found = /<svg[^>]*\sviewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  if (!found) throw new Error('a picture of the report has no viewBox');
  return [Number(found[1]), Number(found[2])];
}
