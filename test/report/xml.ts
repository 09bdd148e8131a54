/** A strict look at markup: every tag is closed in its order, no character stands raw that must be written as an entity. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}
export interface Markup {
  readonly elements: readonly Element[];
  /** All text outside style, with entities resolved. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function resolved(text: string): string {
  return text.replace(/&(\w*);?/g, (all, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !all.endsWith(';')) throw new Error(`not an entity: ${text.slice(0, 80)}`);
    return character;
  });
}

/** @throws Error with the place, if it is not well formed */
export function markupOf(source: string): Markup {
  const open: string[] = [];
  const elements: Element[] = [];
  const texts: string[] = [];
  const tag = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  const body = source.replace(/^<!DOCTYPE html>/, '').replace(/(<style>)[^<]*(<\/style>)/g, '$1$2');
  for (let at = 0; at < body.length;) {
    const next = body.indexOf('<', at);
    texts.push(resolved(body.slice(at, next < 0 ? undefined : next)));
    if (next < 0) break;
    tag.lastIndex = next;
    const found = tag.exec(body);
    if (!found) throw new Error(`not a tag: ${body.slice(next, next + 80)}`);
    const [all, end, name = '', given = '', alone] = found;
    if (end) {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last ?? ''}>: ${body.slice(next - 80, next + 20)}`);
    } else {
      const pairs = [...given.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        resolved(value),
      ]);
      elements.push({ name, attributes: Object.fromEntries(pairs) as Record<string, string> });
      if (!alone) open.push(name);
    }
    at = next + all.length;
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return { elements, text: texts.join('') };
}
