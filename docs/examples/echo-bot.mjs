/**
 * A bot: it logs on, sends every text back to whoever wrote it, and ends the chat when it reads `bye`.
 *
 *   node docs/examples/echo-bot.mjs ID HOST:PORT
 *
 * Its key is found as that of parley-client: ./ID.key, then ~/.config/parley/ID.key. It ends with the connection, or with Ctrl-C.
 */
import { ChatClient, ClientError } from 'parley/client';

const [id = 'echo', server = '127.0.0.1:4390'] = process.argv.slice(2);

try {
  const client = new ChatClient({ id, server });
  client.on('chatStarted', ({ peer }) => console.log(`chat with ${peer}`));
  client.on('text', (said) => {
    if (said.text === 'bye') client.endChat();
    else client.say(said, said.text);
  });
  process.once('SIGINT', () => void client.close());
  process.once('SIGTERM', () => void client.close());

  await client.logOn();
  console.log('ready');
  const { line } = await client.next('disconnected');
  console.log(line);
  await client.close();
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  console.error(`${id}: ${error.message}`);
  process.exitCode = 1;
}
