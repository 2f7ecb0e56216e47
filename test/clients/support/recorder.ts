import net from 'node:net';

/** What went through one connection, as bytes, in both directions. */
export interface Recording {
  sent: Buffer;
  received: Buffer;
}

/** A TCP proxy in front of the daemon that keeps every byte. Half-closes are passed on as half-closes. */
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
    client.on('data', (bytes) => {
      recording.sent = Buffer.concat([recording.sent, bytes]);
      daemon.write(bytes);
    });
    daemon.on('data', (bytes) => {
      recording.received = Buffer.concat([recording.received, bytes]);
      client.write(bytes);
    });
    // What it has sent goes through, however it ended.
    client.on('end', () => daemon.end()).on('error', () => daemon.end());
    daemon.on('end', () => client.end()).on('error', () => client.destroy());
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
