/** Links to processes, as they are printed, and how they are kept in the address of the page. Must never be here: the DOM. */

const LOOPBACK = new Set(['127.0.0.1', 'localhost']);

/** @returns `host:port/?token=T`, or undefined if this is no link to a process on this machine */
export function readLink(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return undefined;
  }
  const token = url.searchParams.get('token');
  if (url.protocol !== 'http:' || !LOOPBACK.has(url.hostname) || token === null || token === '') return undefined;
  return `${url.host}/?token=${encodeURIComponent(token)}`;
}

/** What may be shown of a link: without its token. */
export function linkName(link: string): string {
  return link.split('/')[0] ?? '';
}

/** The added links in a fragment, `#add=...&add=...`. */
export function linksIn(fragment: string): string[] {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).getAll('add');
  return [...new Set(given.flatMap((link) => readLink(`http://${link}`) ?? []))];
}
export function fragmentOf(links: readonly string[]): string {
  return links.length === 0
    ? ''
    : `#${new URLSearchParams(links.map((link): [string, string] => ['add', link])).toString()}`;
}
