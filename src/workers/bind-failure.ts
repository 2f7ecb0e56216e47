import { ConfigValueError, KEY_NAMES } from '../config';

/** Where a TSD listens. */
export interface Listening {
  readonly port: number;
  /** Empty: every address. */
  readonly bind: string;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
}

/** @throws Error `port out of range:PORT` */
export function checkPort(port: number): void {
  if (port < 0 || port > 65535) throw new Error(`port out of range:${port}`);
}

/** Why the port could not be opened: `Failed to bind to: /ADDRESS:PORT`, with the key that is to be changed. */
export function bindFailure({ port, bind }: Listening, cause: NodeJS.ErrnoException): ConfigValueError {
  const problem = `Failed to bind to: /${bind || '0.0.0.0'}:${port} (${cause.message})`;
  const isAddress = cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES';
  return isAddress ? new ConfigValueError(KEY_NAMES.bind, bind, problem) : new ConfigValueError(KEY_NAMES.port, `${port}`, problem);
}
