/**
 * What a service manager is told. Node has no sockets of the kind that sd_notify(3) writes to, so the word is said by
 * systemd's own program; the unit allows it with NotifyAccess=all.
 */
import { spawn } from 'node:child_process';
import type { Log } from '../transport/log';
import { codeOf } from './failure';

/** Says READY=1 if a service manager asks for it; one that is not told ends the server after its time. */
export function notifyReady(env: NodeJS.ProcessEnv, log: Log): void {
  if (env['NOTIFY_SOCKET'] === undefined) return;
  const told = spawn('systemd-notify', ['--ready'], { stdio: 'ignore' });
  told.on('error', (error) => log.error('systemd-notify cannot be run; use Type=exec', { error: codeOf(error) }));
  told.on('exit', (code) => {
    if (code !== 0) log.error('systemd-notify failed; use Type=exec', { error: String(code) });
  });
}
