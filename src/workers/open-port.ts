import type { AddressInfo, Server } from 'node:net';
import { ConfigValueError, KEY_NAMES } from '../config';

/** Where a TSD listens. */
export interface Listening {
  readonly port: number;
  /** Empty: every address. */
  readonly bind: string;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
}

/**
 * Listens; the server outlives the errors that come later.
 * @param onError told of each of them
 * @throws Error `port out of range:PORT`; ConfigValueError `Failed to bind to: /<address>:<port>` and why
 */
export async function openPort(server: Server, where: Listening, onError: (error: Error) => void): Promise<AddressInfo> {
  const { port, bind, backlog } = where;
  if (port < 0 || port > 65535) throw new Error(`port out of range:${port}`);
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => reject(bindFailure(where, cause));
    server.once('error', failed);
    server.listen({ port, host: bind || undefined, backlog }, () => {
      server.off('error', failed).on('error', onError);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

/** Why the port could not be opened: `Failed to bind to: /ADDRESS:PORT`, with the key that is to be changed. */
function bindFailure({ port, bind }: Listening, cause: NodeJS.ErrnoException): ConfigValueError {
  const problem = `Failed to bind to: /${bind || '0.0.0.0'}:${port} (${cause.message})`;
  const isAddress = cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES';
  return isAddress ? new ConfigValueError(KEY_NAMES.bind, bind, problem) : new ConfigValueError(KEY_NAMES.port, `${port}`, problem);
}
