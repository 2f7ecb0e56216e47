import { readFileSync } from 'node:fs';

/** Assumed where the system does not tell the size of its buffers: more than the usual default. */
const UNKNOWN = 16 << 20;
/** The state of a socket that listens: its queue counts connections, not bytes. */
const LISTENING = '0A';

/** The largest buffer of a kind, in bytes. */
function largestBuffer(kind: 'tcp_rmem' | 'tcp_wmem'): number {
  try {
    return Number(readFileSync(`/proc/sys/net/ipv4/${kind}`, 'utf8').trim().split(/\s+/)[2]) || UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/** What the system has received and not handed over, by the client's port; null: it does not say. */
function receiveQueues(localPort: number): Map<number, number> | null {
  const queues = new Map<number, number>();
  let known = false;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text: string;
    try {
      text = readFileSync(table, 'latin1');
    } catch {
      continue;
    }
    known = true;
    // sl local_address:port remote_address:port state tx_queue:rx_queue ..., all in hexadecimal
    for (const [, local, remote, state, received] of text.matchAll(/^ *\d+: \w+:(\w+) \w+:(\w+) (\w+) \w+:(\w+) /gm)) {
      if (parseInt(local, 16) !== localPort || state === LISTENING) continue;
      const port = parseInt(remote, 16);
      queues.set(port, Math.max(queues.get(port) ?? 0, parseInt(received, 16)));
    }
  }
  return known ? queues : null;
}

/**
 * How many bytes of each connection clients may have sent by now that have not been read: what the system here has received, and what that of
 * the client can hold for sending (how full that is cannot be seen from here).
 * @returns bytes by the client's port
 */
export function unreadBytes(localPort: number): (clientPort: number | undefined) => number {
  const queues = receiveQueues(localPort);
  const sending = largestBuffer('tcp_wmem');
  const received = largestBuffer('tcp_rmem');
  return (clientPort) => sending + (queues === null || clientPort === undefined ? received : (queues.get(clientPort) ?? 0));
}
