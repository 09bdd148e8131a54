/**
 * The rules for code that touches secrets (protocol 2.10), read off the source with the compiler's own parser and types. What a
 * rule demands of a running program is tested elsewhere: 2 and 7 in records.test.ts and handles.test.ts, 6 in secret.test.ts,
 * 5 and 8 in the tests named `secrets` of test/binaries and test/inspector.
 */
import { join, relative } from 'node:path';
import ts from 'typescript';
import { LOG_FIELDS } from '../../transport/log';

const ROOT = join(__dirname, '../..');
const configured = ts.getParsedCommandLineOfConfigFile(
  join(ROOT, 'tsconfig.build.json'),
  {},
  { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (fault) => expect(fault).toBeUndefined() },
);
const program = ts.createProgram(configured?.fileNames ?? [], configured?.options ?? {});
const checker = program.getTypeChecker();

interface Found {
  readonly file: string;
  readonly node: ts.Node;
  readonly where: string;
}

/** Every node of our sources of which this holds. */
function find(holds: (node: ts.Node, file: string) => boolean): Found[] {
  const found: Found[] = [];
  for (const source of program.getSourceFiles()) {
    const file = relative(ROOT, source.fileName).replaceAll('\\', '/');
    if (!/^(machines|transport|storage|bin|diagrams)\//.test(file)) continue;
    const visit = (node: ts.Node): void => {
      if (holds(node, file)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
        found.push({ file, node, where: `${file}:${String(line + 1)} ${node.getText(source).slice(0, 80)}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const calledName = (node: ts.Node): string => {
  if (!ts.isCallExpression(node)) return '';
  const { expression } = node;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
};
const outside = (found: readonly Found[], allowed: RegExp): string[] =>
  found.filter(({ file }) => !allowed.test(file)).map(({ where }) => where);

/** Whether the type of an expression is an array of bytes, maybe among others. */
function isBytes(node: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some((part) => ['Buffer', 'Uint8Array', 'Secret'].includes(part.symbol?.name ?? ''));
}
const isNothing = (node: ts.Expression): boolean =>
  node.kind === ts.SyntaxKind.NullKeyword || node.getText() === 'undefined';

const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);
/** What secrets are called, as the last word of a name. */
const SECRET_NAME = /(^|[._])(ka|ck|key|secret|cookie|res|xres|token|passphrase|plaintext)(Hex|Text)?$/i;

/** Comparisons of what everybody may see. */
const PUBLIC: readonly string[] = [
  // The header of SQLite's index, in its two copies.
  'before.equals(header())',
  'header.subarray(0, HEADER_BYTES).equals(header.subarray(HEADER_BYTES))',
  // The first bytes of every datagram.
  'MAGIC.compare(bytes, 0, MAGIC.length)',
  // The attempt-ID goes over the wire in the clear.
  'decoded.value.attempt.equals(this.attempt)',
  'attemptOf(one.bytes).equals(attempt)',
  // A picture as it was written before.
  'before?.equals(Buffer.from(content))',
  // Name of a field.
  "key !== 'type'",
];

test('the whole program was read', () => {
  expect(find((node) => ts.isSourceFile(node)).length).toBeGreaterThan(80);
});

test('rule 1: every cipher says how long its tag is', () => {
  const ciphers = find((node) => /^create(Cipher|Decipher)iv$/.test(calledName(node)));
  expect(ciphers).toHaveLength(2);
  const without = ciphers.filter(({ node }) => {
    const options = (node as ts.CallExpression).arguments[3];
    return !options || !checker.getTypeAtLocation(options).getProperty('authTagLength');
  });
  expect(without.map(({ where }) => where)).toEqual([]);
});

test('rule 2: one function opens, so nobody else can use a plaintext that was not verified', () => {
  const deciphers = find((node) => calledName(node) === 'createDecipheriv');
  expect(deciphers.map(({ file }) => file)).toEqual(['transport/security/aead.ts']);
});

test('rule 3: bytes are never compared with ===, equals or compare, and nothing that is called like a secret is', () => {
  const compared = find((node, file) => {
    if (!/^(transport|storage|bin)\/|^diagrams\/inspector\/[^/]+$/.test(file)) return false;
    if (/^(equals|compare)$/.test(calledName(node))) {
      const { expression } = node as ts.CallExpression;
      return (
        ts.isPropertyAccessExpression(expression) &&
        (isBytes(expression.expression) || /^Buffer\./.test(expression.getText()))
      );
    }
    if (!ts.isBinaryExpression(node) || !EQUALITY.has(node.operatorToken.kind)) return false;
    const sides = [node.left, node.right];
    if (sides.some((side) => isNothing(side) || ts.isTypeOfExpression(side))) return false;
    return sides.some((side) => isBytes(side) || SECRET_NAME.test(side.getText()));
  });
  const secret = compared.filter(({ node }) => !PUBLIC.includes(node.getText()));
  expect(secret.map(({ where }) => where)).toEqual([]);
  expect(find((node) => calledName(node) === 'timingSafeEqual').length).toBeGreaterThanOrEqual(2);
});

test('rule 4: chance is randomBytes, in one place; Math.random spreads repetitions only', () => {
  const chance = /^(randomBytes|randomFill|randomFillSync|randomUUID|randomInt|getRandomValues|pseudoRandomBytes)$/;
  const drawn = find((node) => chance.test(calledName(node)) || node.getText() === 'Math.random');
  expect(outside(drawn, /^transport\/security\/random\.ts$/)).toEqual([]);
  expect(drawn.length).toBeGreaterThan(0);
});

test('rule 5: no machine has bytes in its context or in its events', () => {
  const typed = find(
    (node, file) =>
      /^machines\/(client|server)\/(events|chat|connection|history)\.ts$/.test(file) && ts.isPropertySignature(node),
  );
  expect(typed.length).toBeGreaterThan(20);
  const bytes = typed.filter(({ node }) => {
    const { name } = node as ts.PropertySignature;
    return /Uint8Array|Buffer|Secret/.test(checker.typeToString(checker.getTypeAtLocation(name)));
  });
  expect(bytes.map(({ where }) => where)).toEqual([]);
});

test('rule 6: a log entry has a closed list of fields, and none is for a secret', () => {
  expect(LOG_FIELDS.filter((field) => SECRET_NAME.test(field))).toEqual([]);
  const logged = find((node) => /^console\./.test(node.getText()) && ts.isCallExpression(node));
  expect(logged.map(({ where }) => where)).toEqual([]);
});

test('rule 7: what hides a secret can be wiped', () => {
  const hiding = find(
    (node, file) =>
      /^transport\/security\//.test(file) &&
      ts.isClassDeclaration(node) &&
      node.members.some(
        (member) =>
          ts.isPropertyDeclaration(member) &&
          /\b(Secret|Buffer|Uint8Array)\b/.test(checker.typeToString(checker.getTypeAtLocation(member))),
      ),
  );
  expect(hiding.length).toBeGreaterThan(2);
  const kept = hiding.filter(({ node }) => {
    const { members } = node as ts.ClassDeclaration;
    return !members.some((member) => /^(wipe|remove|forget|release|spend)/.test(member.name?.getText() ?? ''));
  });
  expect(kept.map(({ where }) => where)).toEqual([]);
});
