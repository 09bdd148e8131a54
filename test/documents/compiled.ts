/** The examples of a document in JavaScript, compiled by TypeScript against the types that the package ships. */
import { join } from 'node:path';
import ts from 'typescript';
import { BEFORE } from './exceptions';
import type { Block, Document, Piece } from './reader';

const LANGUAGES = ['js', 'ts'];
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
};

/** Each example goes on where the one before it in the same document ended. @returns what the compiler says, by its example */
export function compiled({ path, blocks }: Document, root: string): (readonly [Piece, string])[] {
  const examples = blocks.filter(({ language }) => LANGUAGES.includes(language));
  if (examples.length === 0) return [];
  const lines: { readonly text: string; readonly of?: Block }[] = [
    { text: BEFORE[path] ?? '' },
    ...examples.flatMap((of) => of.text.split('\n').map((text) => ({ text, of }))),
  ];
  const file = join(root, 'docs', 'example.mts');
  const source = lines.map(({ text }) => text).join('\n');
  const options = { ...OPTIONS, typeRoots: [join(__dirname, '../../node_modules/@types')] };
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  host.fileExists = (name) => name === file || disk.fileExists(name);
  host.readFile = (name) => (name === file ? source : disk.readFile(name));
  host.getSourceFile = (name, ...more) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true) : disk.getSourceFile(name, ...more);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ start, file: of, messageText }) => {
    const line = of === undefined || start === undefined ? 0 : of.getLineAndCharacterOfPosition(start).line;
    const what = ts.flattenDiagnosticMessageText(messageText, ' ');
    return [lines[line]?.of ?? examples[0] ?? { where: path, document: path, text: '' }, what] as const;
  });
}
