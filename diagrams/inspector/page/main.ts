/** The live inspector's page: shows the process that served it, others that are added, or a recording. */
import { App } from './app';
import { listenToKeys } from './keys';
import { readLink } from './model/links';

const app = new App();
document.body.append(app.element);
listenToKeys(app);

const recording = document.getElementById('recording')?.textContent;
const own = readLink(window.location.href);
if (recording !== undefined && recording !== null) app.load(recording);
else if (own !== undefined) app.connections.openOwn(own);
app.openRemembered();
app.changed();

document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  for (const file of event.dataTransfer?.files ?? []) app.loadFile(file);
});
