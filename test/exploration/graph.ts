/**
 * Copies an object graph, and writes it as a canonical text: equal texts mean graphs that behave alike. What is frozen
 * (machines, contexts, messages) is shared and never copied. Must never be here: what the objects mean.
 */

/** A deep copy with the same prototypes and the same sharing inside. Functions and frozen objects stand for themselves. */
export function copy<T>(root: T): T {
  const copies = new Map<object, object>();
  return one(root) as T;

  function one(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
    return copies.get(value) ?? made(value);
  }
  function made(value: object): object {
    if (value instanceof Map) return filledMap(value);
    if (value instanceof Set) return filledSet(value);
    const target = (Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value) as object)) as object;
    copies.set(value, target);
    for (const key of Object.keys(value)) {
      (target as Record<string, unknown>)[key] = one((value as Record<string, unknown>)[key]);
    }
    return target;
  }
  function filledMap(value: Map<unknown, unknown>): object {
    const target = new Map();
    copies.set(value, target);
    for (const [key, held] of value) target.set(one(key), one(held));
    return target;
  }
  function filledSet(value: Set<unknown>): object {
    const target = new Set();
    copies.set(value, target);
    for (const held of value) target.add(one(held));
    return target;
  }
}

/** Properties whose numbers say only what is older: written as ranks. Maps with numbers as keys are keyed by such numbers. */
const AGE = 'serial';

/**
 * The graph as text. Keys of objects, entries of maps and sets of plain values are sorted, sets of objects keep their order,
 * an object met again is a reference, and serial numbers become ranks.
 */
export function canonical(root: unknown): string {
  const writer = new Writer();
  writer.write(root);
  return joined(writer.tokens);
}

class Writer {
  private readonly seen = new Map<object, number>();
  readonly tokens: (string | number)[] = [];

  write(value: unknown): void {
    const { tokens, seen } = this;
    if (typeof value === 'function') tokens.push('f');
    else if (typeof value !== 'object' || value === null) tokens.push(JSON.stringify(value) ?? 'u');
    else if (Object.isFrozen(value)) tokens.push(frozenText(value));
    else {
      const met = seen.get(value);
      if (met === undefined) this.first(value);
      else tokens.push(`#${String(met)}`);
    }
  }

  private first(value: object): void {
    this.seen.set(value, this.seen.size);
    if (value instanceof Map) this.map(value);
    else if (value instanceof Set) this.list('(', isOfStrings(value) ? [...value].sort() : value, ')');
    else if (Array.isArray(value)) this.list('[', value, ']');
    else this.object(value as Record<string, unknown>);
  }
  private map(value: Map<unknown, unknown>): void {
    this.tokens.push('<');
    for (const [key, held] of sortedEntries(value)) {
      this.tokens.push(key, ':');
      this.write(held);
    }
    this.tokens.push('>');
  }
  private list(open: string, held: Iterable<unknown>, close: string): void {
    this.tokens.push(open);
    for (const each of held) {
      this.write(each);
      this.tokens.push(',');
    }
    this.tokens.push(close);
  }
  private object(value: Record<string, unknown>): void {
    this.tokens.push('{');
    for (const key of Object.keys(value).sort()) {
      this.tokens.push(key, ':');
      const held = value[key];
      if (key === AGE) this.tokens.push(held as number);
      else this.write(held);
      this.tokens.push(',');
    }
    this.tokens.push('}');
  }
}

function isOfStrings(set: ReadonlySet<unknown>): boolean {
  return typeof set.values().next().value === 'string';
}

function sortedEntries(map: Map<unknown, unknown>): [string | number, unknown][] {
  const entries = [...map] as [string | number, unknown][];
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Numbers among the tokens are ages; only their order counts. */
function joined(tokens: readonly (string | number)[]): string {
  const ages = [...new Set(tokens.filter((token) => typeof token === 'number'))].sort((a, b) => a - b);
  const ranks = new Map(ages.map((age, i) => [age, `@${String(i)}`]));
  return tokens.map((token) => (typeof token === 'number' ? ranks.get(token) : token)).join('');
}

const texts = new WeakMap<object, string>();
function frozenText(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = 'name' in value && typeof value.name === 'string' ? `!${value.name}` : JSON.stringify(value);
  texts.set(value, text);
  return text;
}
