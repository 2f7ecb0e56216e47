import net from 'node:net';
import { until } from '../../support/until';

/** A question for points, which may have been put before. */
const READING = /^(?:GET|POST) \/api\/query/;
const SOME = 100;

/** What went through one connection, as bytes, in both directions. */
export interface Recording {
  sent: Buffer;
  received: Buffer;
}

/**
 * A TCP proxy in front of the daemon that keeps every byte. Half-closes are passed on as half-closes. Clients that read what they have put wait for some time
 * before: it is passed on when all that the daemon took is stored, however slow the machine is.
 */
export class Recorder {
  readonly connections: Recording[] = [];
  private readonly sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  static start(daemonPort: number): Promise<Recorder> {
    return new Promise((resolve, reject) => {
      const server = net.createServer({ allowHalfOpen: true });
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const recorder = new Recorder(server, (server.address() as net.AddressInfo).port);
        server.on('connection', (client) => recorder.pass(client, daemonPort));
        resolve(recorder);
      });
    });
  }

  private pass(client: net.Socket, daemonPort: number): void {
    const recording: Recording = { sent: Buffer.alloc(0), received: Buffer.alloc(0) };
    this.connections.push(recording);
    const daemon = net.connect({ port: daemonPort, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, daemon]) {
      socket.setNoDelay(true);
      this.sockets.add(socket);
    }
    let passed = Promise.resolve();
    client.on('data', (bytes) => {
      recording.sent = Buffer.concat([recording.sent, bytes]);
      passed = passed
        .then(async () => {
          if (READING.test(bytes.toString('latin1', 0, SOME))) await until(() => isAllStored(daemonPort), 'all points are stored');
          daemon.write(bytes);
        })
        .catch(() => void client.destroy());
    });
    daemon.on('data', (bytes) => {
      recording.received = Buffer.concat([recording.received, bytes]);
      client.write(bytes);
    });
    // What it has sent goes through, however it ended.
    const end = (): void => void passed.then(() => daemon.end());
    client.on('end', end).on('error', end);
    daemon.on('end', () => client.end()).on('error', () => client.destroy());
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

/** Whether no point waits; the original does not tell. */
async function isAllStored(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/stats`);
  const stats = (await answer.json()) as { metric: string; value: string | number }[];
  return stats.every(({ metric, value }) => metric !== 'tsd.write.buffer.points' || Number(value) === 0);
}
