/** Verdicts as text, as JSON and as JUnit XML. Must never be here: a check. */
import type { Verdict } from './check';
import { isFailure } from './run';

/** One line for a check that passed or was not played, four for another; `ok` and `not ok` as in TAP, so that eye and grep find them. */
export function textOf({ check, section, must, outcome, expected, seen }: Verdict): string {
  if (outcome === 'passed') return `ok      ${check}  (${section})`;
  if (outcome === 'not checked') return `skipped ${check}  (${section})`;
  const lines = [`not ok  ${check}  (${section})`, `          must: ${must}`];
  if (expected !== undefined) lines.push(`      expected: ${expected}`);
  lines.push(`          seen: ${seen ?? 'nothing'}`);
  return lines.join('\n');
}

export function summaryOf(verdicts: readonly Verdict[]): string {
  const { passed, failed, notChecked } = countsOf(verdicts);
  return `${String(passed)} passed, ${String(failed)} failed${notChecked > 0 ? `, ${String(notChecked)} not checked` : ''}`;
}

/** @param of what was checked, such as `server 127.0.0.1:4000` */
export function jsonOf(of: string, verdicts: readonly Verdict[]): string {
  return `${JSON.stringify({ checked: of, ...countsOf(verdicts), verdicts }, null, 2)}\n`;
}

function countsOf(verdicts: readonly Verdict[]): Readonly<Record<'passed' | 'failed' | 'notChecked', number>> {
  const passed = verdicts.filter(({ outcome }) => outcome === 'passed').length;
  const failed = verdicts.filter(isFailure).length;
  return { passed, failed, notChecked: verdicts.length - passed - failed };
}

/** The dialect that CI servers read: a suite, a case for each check, what failed inside it. */
export function junitOf(of: string, verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict['outcome']): string =>
    String(verdicts.filter(({ outcome }) => outcome === wanted).length);
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const total = seconds(verdicts.reduce((sum, { took }) => sum + took, 0));
  const cases = verdicts.map((verdict) => {
    const { check, section, must, outcome, expected, seen = '', took } = verdict;
    const open = `  <testcase classname="${escaped(section)}" name="${escaped(check)}" time="${seconds(took)}"`;
    if (outcome === 'passed') return `${open}/>`;
    if (outcome === 'not checked') return `${open}>\n    <skipped message="${escaped(seen)}"/>\n  </testcase>`;
    const tag = outcome === 'failed' ? 'failure' : 'error';
    const message = expected === undefined ? seen : `expected ${expected}, saw ${seen}`;
    return `${open}>\n    <${tag} message="${escaped(message)}">${escaped(must)}</${tag}>\n  </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escaped(`parley-conform ${of}`)}" tests="${String(verdicts.length)}" failures="${count('failed')}" ` +
      `errors="${count('stuck')}" skipped="${count('not checked')}" time="${total}">`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

/** Characters that XML 1.0 has no place for become U+FFFD. */
function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return (
    text
      // eslint-disable-next-line no-control-regex -- that is what XML forbids
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replaceAll(/[&<>"]/g, (c) => named[c] ?? c)
      .replaceAll('\n', '&#10;')
  );
}
