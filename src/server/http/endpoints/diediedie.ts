import { page } from '../html';
import type { HttpCall } from '../types';

/** `/diediedie`: says goodbye, then stops the daemon in order. Mirrors RpcManager.DieDieDie. */
export function dieDieDie(call: HttpCall): void {
  const { tsd, remote, res } = call;
  tsd.logs.get('net.opentsdb.tsd.RpcManager').warn(`${remote} shutdown requested`);
  res.once('close', () => void tsd.shutdown('diediedie'));
  res.shouldKeepAlive = false;
  call.sendText(200, 'text/html; charset=UTF-8', page('TSD Exiting', 'You killed me', 'Cleaning up and exiting now.'));
}
