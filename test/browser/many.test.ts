/** A server with a thousand clients: the page finds one among them, shows its machines, and does not hold all of them at once. */
import { join } from 'node:path';
import { Recorder } from '../../diagrams/inspector/recorder';
import { serveInspector } from '../../diagrams/inspector/serve';
import { engineFor } from '../../machines/engine';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { systemClock } from '../../transport/clock';
import { systemRandom } from '../../transport/security/random';
import { browsing, describeInBrowser } from './browser';

const CLIENTS = 1000;
const MOST_ELEMENTS = 5000;
const PAGE = join(__dirname, '../../dist/diagrams/inspector/page.html');

/** Clients log on, and every second one leaves again; only the machines run. */
function crowd(recorder: Recorder): void {
  const stepper = engineFor(recorder);
  const asked = { attempt: '00000000', to: { address: '127.0.0.1', port: 4390 } };
  for (let serial = 1; serial <= CLIENTS; serial++) {
    const id = `client-${String(serial).padStart(4, '0')}`;
    const name = `#${String(serial)}`;
    const connection = stepper.start(serverConnection, {
      name: `${name} connection`,
      serial,
      context: { id: '', wrong: [] },
      state: 'Wait for HELLO',
    });
    connection.send({ type: 'D.HELLO_NEW', id, ...asked });
    connection.send({ type: 'D.RESPONSE_OK', ...asked });
    connection.send({ type: 'K.CONNECT_OK' });
    const chat = stepper.start(serverChat, {
      name: `${name} chat`,
      serial,
      context: { id, session: null, peer: null },
    });
    if (serial % 2 === 0) continue;
    chat.send({ type: 'X.GONE', why: 1 });
    chat.stop();
    connection.send({ type: 'N.CLOSED', cause: 'clean', reason: 0 });
    connection.stop();
  }
}

describeInBrowser('a server with a thousand clients', () => {
  const { inspect } = browsing();

  test('one is found, chosen and stepped through, and the page stays small', async () => {
    const recorder = new Recorder({
      name: 'server',
      role: 'server',
      limit: 20_000,
      control: false,
      clock: systemClock,
    });
    crowd(recorder);
    const served = await serveInspector({ recorder, port: 0, page: PAGE, random: systemRandom });
    try {
      const inspector = await inspect(served.link);
      await inspector.caughtUp(served.link);
      const groups = inspector.machines.getByRole('option');
      const elements = (): Promise<number> => inspector.page.evaluate('document.querySelectorAll("*").length');
      await inspector.page.getByText(`${String(2 * CLIENTS)} in all`).waitFor();
      expect(await elements()).toBeLessThan(MOST_ELEMENTS);

      await inspector.searchMachines.fill('client-0778');
      await inspector.until(
        () => groups.allTextContents(),
        (names) => names.join() === '#778 client-0778',
      );
      await inspector.chooseClient('#778 client-0778');
      await inspector.when(
        ({ charts }) =>
          charts.connection.title === '#778 client-0778 connection' && charts.connection.active[0] === 'Connected',
      );
      await inspector.thisClientOnly.check();
      await inspector.press('ArrowLeft');
      await inspector.press('ArrowLeft');
      const before = await inspector.when(({ charts }) => charts.connection.active[0] === 'Connecting');
      expect(before.machines).toContain('connection Connecting');
      await inspector.live();
      await inspector.thisClientOnly.uncheck();

      await inspector.searchMachines.fill('');
      const which = inspector.page.getByRole('combobox', { name: 'Which machines' });
      await which.selectOption('stopped');
      await inspector.until(
        () => groups.allTextContents(),
        (names) => names.length > 0 && names.every((name) => name.endsWith('stopped')),
      );
      await which.selectOption('all');
      await inspector.until(
        () => groups.allTextContents(),
        (names) => names.some((name) => !name.endsWith('stopped')),
      );
      // To the end of both lists: the rows that were in sight go.
      for (const list of ['Machines', 'Events']) {
        const rows = inspector.page.getByRole('listbox', { name: list });
        await rows.evaluate((element) => ((element as unknown as { scrollTop: number }).scrollTop = 1e6));
        await rows.getByText('#1000').first().waitFor();
        expect(await elements()).toBeLessThan(MOST_ELEMENTS);
      }
      await inspector.filterEvents.fill('K.CONNECT_OK client-0999');
      await inspector.until(
        () => inspector.events.count(),
        (count) => count === 1,
      );
    } finally {
      served.close();
    }
  });
});
