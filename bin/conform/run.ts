/** Checks played one after the other, each in a scene of its own. Must never be here: a check, how a verdict is shown. */
import { NotChecked, Unexpected, type Check, type Verdict } from './check';

export interface Running<Scene> {
  /** @throws Error if there is nobody to play with */
  readonly open: () => Promise<Scene>;
  /** Gives back what the scene took, also after a check that failed. */
  readonly close: (scene: Scene) => Promise<void>;
  readonly tell: (verdict: Verdict) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Nothing is played after the first failure. */
  readonly bail?: boolean;
}

/** @returns a verdict for each, in their order */
export async function runChecks<Scene>(checks: readonly Check<Scene>[], o: Running<Scene>): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const check of checks) {
    if (o.bail && verdicts.some(isFailure)) {
      verdicts.push({ ...ruleOf(check), outcome: 'not checked', seen: 'an earlier check has failed', took: 0 });
      continue;
    }
    const verdict = await judged(check, o);
    o.tell(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}

/** What does not pass because of itself. */
export function isFailure({ outcome }: Verdict): boolean {
  return outcome === 'failed' || outcome === 'stuck';
}

async function judged<Scene>(check: Check<Scene>, { open, close, now }: Running<Scene>): Promise<Verdict> {
  const start = now();
  const result = await played(check, open, close);
  return { ...ruleOf(check), ...result, took: Math.round(now() - start) };
}

function ruleOf({ name, section, must }: Check<never>): Pick<Verdict, 'check' | 'section' | 'must'> {
  return { check: name, section, must };
}

type Played = Pick<Verdict, 'outcome' | 'expected' | 'seen'>;

async function played<Scene>(
  check: Check<Scene>,
  open: () => Promise<Scene>,
  close: (scene: Scene) => Promise<void>,
): Promise<Played> {
  let scene: Scene | undefined;
  let result: Played;
  try {
    scene = await open();
    await check.play(scene);
    result = { outcome: 'passed' };
  } catch (error) {
    result = resultOf(error);
  }
  try {
    if (scene !== undefined) await close(scene);
  } catch (error) {
    // What the check has found says more.
    if (result.outcome === 'passed') result = resultOf(error);
  }
  return result;
}

function resultOf(error: unknown): Played {
  if (error instanceof Unexpected) return { outcome: 'failed', expected: error.expected, seen: error.seen };
  if (error instanceof NotChecked) return { outcome: 'not checked', seen: error.message };
  return { outcome: 'stuck', seen: error instanceof Error ? error.message : String(error) };
}
