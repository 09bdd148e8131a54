/** The keys of the page; none of them acts while the user types a text. */
import type { App } from './app';
import type { Part } from './model/moment';

const PARTS: readonly Part[] = ['connection', 'chat', 'history'];

export function listenToKeys(app: App): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    const act = actionOf(event.key, app);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea');
}

function actionOf(key: string, app: App): (() => void) | undefined {
  const { actions } = app;
  const part = PARTS[Number(key) - 1];
  if (part) return () => actions.set({ part });
  const chart = app.charts.of(app.part);
  switch (key) {
    case 'ArrowLeft':
      return () => actions.step(-1);
    case 'ArrowRight':
      return () => actions.step(1);
    case 'Home':
      return () => actions.goTo(1);
    case 'End':
      return () => actions.show(undefined);
    case '+':
    case '=':
      return () => chart?.zoom(1);
    case '-':
      return () => chart?.zoom(-1);
    case '0':
      return () => chart?.set('fit');
    case '/':
      return () => app.machines.search.focus();
    case '?':
      return actions.help;
    default:
      return letterAction(key.toLowerCase(), app);
  }
}

function letterAction(key: string, app: App): (() => void) | undefined {
  const { actions } = app;
  switch (key) {
    case 'p':
      return actions.togglePause;
    case 'f':
      return () => app.charts.of(app.part)?.set('follow');
    case 'm':
      return () => app.charts.enlarge(app.part);
    case 'l':
      return () => actions.setLevel();
    case 'k':
      return () => actions.set({ keepalives: !app.keepalives });
    case 'e':
      return () => app.events.search.focus();
    case 's':
      return actions.send;
    case 't':
      return actions.toggleTheme;
    default:
      return undefined;
  }
}
