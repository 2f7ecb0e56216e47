import type { AttachTelnet } from '../telnet-types';
import { LineConnection } from './telnet-connection';

/** Serves the line protocol on a socket whose first byte is not A-Z. The socket should allow half-open use. */
export const attachTelnet: AttachTelnet = (socket, tsd, firstChunk) => {
  const connection = new LineConnection(socket, tsd);
  connection.start(firstChunk);
  return connection;
};
