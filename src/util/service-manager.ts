import { spawn } from 'node:child_process';

/**
 * Tells systemd how far the process is, where it asked for it (`Type=notify`, which sets NOTIFY_SOCKET). Its messages are datagrams, which
 * Node cannot send on a local socket, so systemd's own program sends them; the unit needs `NotifyAccess=all`.
 * @param state as sd_notify takes it: `READY=1`, `STOPPING=1`
 * @param failed is told why nothing could be said
 */
export function notifyServiceManager(state: string, failed: (message: string) => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env.NOTIFY_SOCKET === undefined || env.NOTIFY_SOCKET === '') return;
  const child = spawn('systemd-notify', [state], { env, stdio: 'ignore' });
  child.on('error', (error) => failed(`systemd was not told ${state}: ${error.message}`));
  child.on('exit', (code) => {
    if (code !== 0) failed(`systemd was not told ${state}: systemd-notify ended with ${code}`);
  });
  child.unref();
}
