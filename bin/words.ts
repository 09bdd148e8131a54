/** Options and arguments whose values are words of a list: shells offer them, and what is not among them is refused. */
import { InvalidArgumentError, type Argument, type Option } from 'commander';

const offered = new WeakMap<Option | Argument, readonly string[]>();

/** Its values are of these words, or have them in it, as `svg,pdf` has. */
export function offering<T extends Option | Argument>(one: T, words: readonly string[]): T {
  offered.set(one, words);
  return one;
}

/** What a shell can offer. */
export function wordsOf(one: Option | Argument): readonly string[] | undefined {
  return one.argChoices ?? offered.get(one);
}

/** A list with commas, each word once. @param what is in the list, such as `format` */
export function listOf<T extends string>(what: string, words: readonly T[]): (text: string) => readonly T[] {
  const plural = `${what.charAt(0).toUpperCase()}${what.slice(1)}s`;
  return (text) => {
    const asked = text.split(',').map((one) => one.trim());
    const unknown = asked.find((one) => !(words as readonly string[]).includes(one));
    if (unknown === undefined) return [...new Set(asked as T[])];
    throw new InvalidArgumentError(`There is no ${what} "${unknown}". ${plural}: ${words.join(', ')}.`);
  };
}
