/** Events sent from the page into live processes: only with --inspect-control, and then what the machine answers. */
import { stages } from '../binaries/support';
import { browsing, describeInBrowser } from './browser';
import { together, type Inspector } from './inspector';
import { threeProcesses } from './support';

/** Chooses the event in the open dialog, fills its form in, and sends it. */
async function send(
  { dialog }: Inspector,
  event: string,
  payload: Readonly<Record<string, string>> = {},
): Promise<void> {
  await dialog
    .getByRole('listbox', { name: 'Event' })
    .selectOption({ label: (await offered(dialog)).find((one) => one.startsWith(`${event} `)) ?? event });
  for (const [field, value] of Object.entries(payload)) await dialog.getByLabel(field).fill(value);
  await dialog.getByRole('button', { name: 'Send to the live process' }).click();
}
function offered(dialog: Inspector['dialog']): Promise<string[]> {
  return dialog.getByRole('option').allTextContents();
}

describeInBrowser('sending events into live processes', () => {
  const { inspect } = browsing();
  const open = stages();

  test('with --inspect-control the page logs alice on, starts a chat and ends the connection from the server', async () => {
    const inspected = await threeProcesses(await open(), '--inspect-control');
    const { stage, alice, bob, links } = inspected;
    const [server, first, second] = links;
    const inspector = await inspect(together([first, server, second]));
    await inspector.caughtUp(...links);
    bob.type('Log on');
    await bob.shows('Connected');

    await inspector.chooseClient('alice');
    await inspector.choosePart('connection');
    await inspector.when(({ charts }) => charts.connection.title === 'alice connection');
    await inspector.sendButton.click();
    await inspector.dialog.getByText('This acts on the live process alice').waitFor();
    // What a user can do, refusals too; nothing that only a socket or another machine can have brought about.
    const user = ['U.LOGON', 'U.LOGOFF', 'U.CHAT', 'U.END', 'U.TEXT', 'U.HISTORY'];
    expect((await offered(inspector.dialog)).map((one) => one.split(' ')[0])).toEqual(user);
    await send(inspector, 'U.LOGON');
    await alice.shows('Connected');
    await inspector.when(
      ({ charts }) => charts.connection.active[0] === 'Connected' && charts.chat.active[0] === 'Connected',
    );

    await inspector.choosePart('chat');
    await inspector.press('s');
    await inspector.dialog.getByRole('heading', { name: 'Send an event to alice chat' }).waitFor();
    await send(inspector, 'U.TEXT', { text: 'for nobody' });
    await inspector.press('s');
    await send(inspector, 'U.CHAT', { id: 'bob' });
    await Promise.all([alice.shows('Chat started'), bob.shows('Chat started')]);
    await inspector.when(({ charts }) => charts.chat.active[0] === 'Active Chat');

    // A text is for the chat in which it was begun.
    await inspector.press('s');
    await send(inspector, 'U.TEXT', { text: 'from the page' });
    await bob.shows('alice: from the page');

    // What is no number is not sent.
    await inspector.press('s');
    await send(inspector, 'M.CHAT', { session: 'one' });
    await inspector.dialog.getByText('session: a whole number').waitFor();
    await inspector.dialog.getByLabel('texts').fill('from nowhere');
    await inspector.dialog.getByLabel('session').fill('1');
    await inspector.dialog.getByRole('button', { name: 'Send to the live process' }).click();
    await alice.shows('bob: from nowhere');

    await inspector.chooseClient('#2 alice');
    await inspector.choosePart('connection');
    await inspector.when(({ charts }) => charts.connection.title === '#2 alice connection');
    await inspector.press('s');
    await inspector.dialog.getByText('This acts on the live process server').waitFor();
    await send(inspector, 'X.PROTOCOL');
    await bob.shows('Chat ended');
    await stage.server.process.shows(/ S>alice .*CLOSE reason=4/);
  });

  test('without it there is nothing to send with', async () => {
    const { alice, links } = await threeProcesses(await open());
    const inspector = await inspect(links[1]);
    await inspector.caughtUp(links[1]);
    expect(await inspector.sendButton.isVisible()).toBe(false);
    await inspector.press('s');
    await inspector.page.getByText('alice does not allow control (--inspect-control)').waitFor();
    expect(await inspector.dialog.count()).toBe(0);
    expect(alice.lines).toEqual([]);
  });
});
