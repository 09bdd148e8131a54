/**
 * The shape of the source (ARCHITECTURE.md): who imports whom, who may use which package, that importing a module does nothing,
 * and that every package is declared. Read from the files themselves, with the compiler's own parser.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';
import lock from '../package-lock.json';
import manifest from '../package.json';

const ROOT = join(__dirname, '..');
const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'coverage', 'run', 'results', 'package-lock.json']);

/** Every file of the project, as paths from its root with forward slashes. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [relative(ROOT, path).replaceAll('\\', '/')] : [];
  });
}

const everyFile = filesBelow(ROOT);
const sources = everyFile.filter((file) => /\.ts$/.test(file) && !file.startsWith('test/'));
const parsed = new Map(
  sources.map((file) => [
    file,
    ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2022, true),
  ]),
);

interface Import {
  readonly file: string;
  /** As it is written. */
  readonly name: string;
  /** The file of the project that is meant; undefined for a package. */
  readonly to: string | undefined;
  /** Gone after compiling. */
  readonly typeOnly: boolean;
}

function importsOf(file: string, source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node, typeOnly: boolean): void => {
    if (!ts.isStringLiteral(specifier)) throw new Error(`${file}: an import that is not a string`);
    found.push({ file, name: specifier.text, to: resolved(file, specifier.text), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && isLoading(node.expression))
      node.arguments.slice(0, 1).forEach((name) => add(name, false));
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `import type ...`, or `import { type A, type B }`. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  return (
    !name &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((e) => e.isTypeOnly)
  );
}
/** `require(...)`, `import(...)`. */
function isLoading(called: ts.Expression): boolean {
  return called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require');
}

function resolved(file: string, name: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const path = posix.join(dirname(file), name);
  return [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => everyFile.includes(candidate)) ?? path;
}

const imports = [...parsed].flatMap(([file, source]) => importsOf(file, source));

/** Part of the ladder: where it is, and which others it may import beside itself; the first that matches a file counts. */
interface Part {
  readonly name: string;
  readonly where: RegExp;
  readonly sees: readonly string[];
}
const GROUND = ['tables', 'front'];
const ROLES = ['client machines', 'server machines'];
/** These four do not know each other. */
const FOUR = ['wire', 'security', 'net', 'storage'];
const PICTURES = [...GROUND, ...ROLES, 'spec'];

const DRAWN = ['draw', 'trace', 'capture', 'chart', 'report', 'inspector', 'page', 'spec', 'pictures'];

const LADDER: readonly Part[] = [
  { name: 'tables', where: /^machines\/(messages|limits|faults)\.ts$/, sees: [] },
  { name: 'front', where: /^machines\/[^/]+$/, sees: ['tables'] },
  { name: 'client machines', where: /^machines\/client\//, sees: GROUND },
  { name: 'server machines', where: /^machines\/server\//, sees: GROUND },
  { name: 'wire', where: /^transport\/wire\//, sees: GROUND },
  { name: 'security', where: /^transport\/security\//, sees: GROUND },
  { name: 'net', where: /^transport\/net\//, sees: GROUND },
  { name: 'storage', where: /^storage\//, sees: GROUND },
  { name: 'drivers', where: /^transport\/(client|server)-driver\.ts$/, sees: [...GROUND, ...ROLES, ...FOUR, 'ways'] },
  {
    name: 'client interface',
    where: /^transport\/client\//,
    sees: [...GROUND, 'client machines', ...FOUR, 'ways', 'drivers'],
  },
  { name: 'ways', where: /^transport\/[^/]+$/, sees: [...GROUND, ...ROLES, ...FOUR] },
  { name: 'spec', where: /^diagrams\/spec\//, sees: [] },
  { name: 'pictures', where: /^diagrams\/generated\//, sees: [] },
  { name: 'draw', where: /^diagrams\/draw\//, sees: PICTURES },
  { name: 'trace', where: /^diagrams\/trace\//, sees: [...GROUND, 'wire', 'security', 'ways'] },
  { name: 'capture', where: /^diagrams\/capture\//, sees: [...GROUND, 'wire', 'security', 'trace'] },
  { name: 'chart', where: /^diagrams\/chart\//, sees: [...PICTURES, 'draw', 'trace'] },
  {
    name: 'report',
    where: /^diagrams\/report\//,
    sees: [...PICTURES, 'security', 'ways', 'drivers', 'net', 'storage', 'draw', 'trace', 'chart'],
  },
  {
    name: 'page',
    where: /^diagrams\/inspector\/page\//,
    sees: [...PICTURES, 'pictures', 'draw', 'trace', 'inspector'],
  },
  {
    name: 'inspector',
    where: /^diagrams\/inspector\//,
    sees: [...PICTURES, 'wire', 'security', 'ways', 'page'],
  },
  {
    name: 'commands',
    where: /^(bin|bench)\//,
    sees: [...GROUND, ...ROLES, ...FOUR, 'ways', 'drivers', 'client interface', ...DRAWN],
  },
];

function partOf(file: string): Part {
  const part = LADDER.find(({ where }) => where.test(file));
  if (!part) throw new Error(`${file} has no place in the ladder: see ARCHITECTURE.md`);
  return part;
}

describe('the import ladder', () => {
  test('every file has a place in it', () => {
    const places = new Set(sources.map((file) => partOf(file).name));
    expect([...places]).toEqual(
      expect.arrayContaining(['tables', 'front', ...ROLES, ...FOUR, 'ways', 'drivers', 'commands']),
    );
    expect(imports.length).toBeGreaterThan(100);
  });

  test('every import leads to a file, downwards or sideways within its part', () => {
    const wrong = imports.filter(({ file, to }) => {
      if (to === undefined) return false;
      if (!everyFile.includes(to)) return true;
      const [from, target] = [partOf(file), partOf(to)];
      return from !== target && !from.sees.includes(target.name);
    });
    expect(wrong.map(({ file, to }) => `${file} imports ${String(to)}`)).toEqual([]);
  });

  test('client and server never import each other', () => {
    const role = (file: string): 'client' | 'server' | undefined => {
      if (/^machines\/client\/|^transport\/client[-/]/.test(file)) return 'client';
      const serving =
        /^machines\/server\/|^transport\/(server-|acceptor|authenticator|turn|history-pump|session-ids|store-health)/;
      return serving.test(file) ? 'server' : undefined;
    };
    const across = imports.filter(({ file, to = '' }) => {
      const [from, target] = [role(file), role(to)];
      return from !== undefined && target !== undefined && from !== target;
    });
    expect(across.map(({ file, to }) => `${file} imports ${String(to)}`)).toEqual([]);
  });

  test('what is left after compiling has no circles', () => {
    const edges = new Map<string, string[]>();
    for (const { file, to, typeOnly } of imports) {
      if (to !== undefined && !typeOnly) edges.set(file, [...(edges.get(file) ?? []), to]);
    }
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      else if (!done.has(file)) for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(circles).toEqual([]);
  });
});

/** Who alone may import these. */
const ALONE: Readonly<Record<string, RegExp>> = {
  xstate: /^machines\/(configured|define|engine)\.ts$/,
  'node:crypto': /^transport\/security\//,
  'node:dgram': /^transport\/net\//,
  'node:net': /^transport\/net\//,
  libsql: /^storage\//,
  winston: /^bin\/logging\.ts$/,
  commander: /^bin\//,
  'prom-client': /^bin\/watching\/metrics\.ts$/,
  ws: /^diagrams\/inspector\//,
  elkjs: /^diagrams\/draw\//,
  pdfkit: /^diagrams\/(draw|report)\//,
  'svg-to-pdfkit': /^diagrams\/draw\//,
  '@resvg/resvg-wasm': /^diagrams\/draw\//,
  '@xstate/inspect': /^diagrams\/inspector\//,
};

/** The name of a package without the path inside it. */
function packageOf(name: string): string {
  return name.startsWith('node:') ? name : name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

describe('packages', () => {
  const used = imports.filter(({ to }) => to === undefined).map(({ file, name }) => ({ file, name: packageOf(name) }));

  test.each(Object.entries(ALONE))('%s is imported where it may be, and nowhere else', (name, where) => {
    const files = used.filter((one) => one.name === name).map(({ file }) => file);
    expect(files.filter((file) => !where.test(file))).toEqual([]);
  });

  test('machines and codec import nothing of the system', () => {
    const pure = used.filter(({ file }) => /^(machines|transport\/wire)\//.test(file));
    expect([...new Set(pure.map(({ name }) => name))]).toEqual(['xstate']);
  });

  test('parts of Node are written with node:, and every other package is a dependency', () => {
    const declared: readonly string[] = [
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.devDependencies),
    ];
    const undeclared = used.filter(({ name }) => !name.startsWith('node:') && !declared.includes(name));
    expect(undeclared).toEqual([]);
  });

  test('npm 11 is told of every package with an install script, none of which is needed', () => {
    const scripted = Object.entries(lock.packages).filter(([, one]) => 'hasInstallScript' in one);
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(manifest.allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])));
  });
});

describe('files are opened for writing in one place', () => {
  const PLACE = 'storage/file.ts';
  const WRITERS =
    /^(write(File|v|)(Sync)?|appendFile(Sync)?|createWriteStream|copyFile(Sync)?|cp(Sync)?|truncate(Sync)?)$/;
  /** It opens nothing: it answers on the pipe that its parent has given it. */
  const ANSWERS = 'diagrams/draw/from-child.ts: writeSync';
  const READING = /^('r'|constants\.O_RDONLY\b.*)$/;

  /** What of the file system a file uses that could make or change a file. */
  function writingIn(source: ts.SourceFile): string[] {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) && /^'(node:)?fs(\/promises)?'$/.test(node.moduleSpecifier.getText())) {
        const bindings = node.importClause?.namedBindings;
        if (!bindings || !ts.isNamedImports(bindings)) found.push(node.getText());
        else
          for (const { name, propertyName } of bindings.elements) {
            if (WRITERS.test((propertyName ?? name).text)) found.push((propertyName ?? name).text);
            if (/^open(Sync)?$/.test(propertyName?.text ?? '')) found.push(node.getText());
          }
      }
      if (ts.isCallExpression(node) && /^(open|openSync)$/.test(node.expression.getText())) {
        const [, flags] = node.arguments;
        if (node.expression.getText() === 'openSync' && !READING.test(flags?.getText() ?? ''))
          found.push(node.getText());
      }
      // winston's own, which opens by itself.
      if (/^transports\.(File|DailyRotateFile)$/.test(node.getText())) found.push(node.getText());
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  }

  test('and in no other', () => {
    const elsewhere = [...parsed]
      .filter(([file]) => file !== PLACE)
      .flatMap(([file, source]) => writingIn(source).map((what) => `${file}: ${what}`));
    expect(elsewhere).toEqual([ANSWERS]);
  });

  test.each([
    "import { writeFileSync } from 'node:fs';",
    "import { createWriteStream as made } from 'fs';",
    "import * as fs from 'node:fs/promises';",
    "import { openSync as look } from 'node:fs';",
    "import { openSync } from 'node:fs'; openSync(path, 'a');",
    'new transports.File({ filename });',
  ])('%s would be found', (text) => {
    const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true);
    expect(writingIn(source)).not.toEqual([]);
  });
});

/** What begins something, or changes what all modules share, if it is called while a module is loaded. */
const STARTS =
  /^(setTimeout|setInterval|setImmediate|queueMicrotask|process\.\w+|\w*\.?(on|once|listen|bind|connect|createSocket|createServer))$/;
/** Commands, the script of the page, and the process that runs a user's file: there the top level is the program. */
const PROGRAMS =
  /^bin\/[^/]+\.ts$|^bench\/[^/]+\.ts$|^diagrams\/inspector\/page\/main\.ts$|^diagrams\/draw\/from-child\.ts$/;

/** What a statement does when the module is loaded, beyond declaring. */
function deeds(statement: ts.Statement): string[] {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement))
    return [];
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [];
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [];
  if (!ts.isVariableStatement(statement)) return [statement.getText().split('\n', 1)[0] ?? ''];
  return statement.declarationList.declarations.flatMap(({ initializer }) => (initializer ? callsIn(initializer) : []));
}
/** Calls that are made at once: not those inside functions, which wait to be called. */
function callsIn(node: ts.Node): string[] {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return [];
  const calls: string[] = [];
  if (ts.isCallExpression(node) && STARTS.test(node.expression.getText())) calls.push(node.expression.getText());
  ts.forEachChild(node, (child) => void calls.push(...callsIn(child)));
  return calls;
}

test('importing a module starts nothing and changes nothing that others see', () => {
  const doing = [...parsed]
    .filter(([file]) => !PROGRAMS.test(file))
    .flatMap(([file, source]) => source.statements.flatMap(deeds).map((deed) => `${file}: ${deed}`));
  expect(doing).toEqual([]);
});

describe('what no file says', () => {
  const TEXT = /\.(ts|mjs|js|json|md|html|css|svg|yml|yaml)$|(^|\/)[^.]+$/;

  test('where it was written', () => {
    const workplace = ['', 'work', ''].join('/');
    const telling = everyFile.filter(
      (file) => TEXT.test(file) && readFileSync(join(ROOT, file), 'utf8').includes(workplace),
    );
    expect(telling).toEqual([]);
  });
});

/** Most files fit; a table may be long. */
const FITTING_LINES = 300;

test('long files are named (this never fails)', () => {
  const long = [...parsed]
    .map(([file, source]) => [file, source.getLineStarts().length - 1] as const)
    .filter(([, lines]) => lines > FITTING_LINES);
  if (long.length > 0) {
    const list = long.map(([file, lines]) => `${file} (${String(lines)})`).join(', ');
    process.stderr.write(`longer than ${String(FITTING_LINES)} lines: ${list}\n`);
  }
  expect(parsed.size).toBeGreaterThan(50);
});
