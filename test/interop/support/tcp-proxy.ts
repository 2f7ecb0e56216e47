import * as net from 'node:net';

/** A TCP proxy whose connections can be cut after so many bytes, or frozen. */
export class TcpProxy {
  private readonly server: net.Server;
  private readonly pairs = new Set<{ client: net.Socket; upstream: net.Socket }>();
  private cutAfter = Infinity;
  private frozen = false;
  /** Connections that were cut. */
  cuts = 0;

  private constructor(target: { host: string; port: number }) {
    this.server = net.createServer((client) => {
      const upstream = net.connect(target);
      const pair = { client, upstream };
      this.pairs.add(pair);
      const end = (): void => {
        this.pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      };
      for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
      client.on('data', (chunk) => void upstream.write(chunk));
      upstream.on('data', (chunk) => {
        if (chunk.length < this.cutAfter) {
          this.cutAfter -= chunk.length;
          client.write(chunk);
          return;
        }
        // The rest of a frame never comes.
        client.write(chunk.subarray(0, this.cutAfter), end);
        this.cutAfter = Infinity;
        this.cuts++;
      });
      if (this.frozen) this.pause(pair);
    });
  }

  static async to(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.server.address() as net.AddressInfo).port };
  }

  /** Cuts the connection that carries the n-th byte from the server, counted from now, behind that byte. */
  cutBehind(bytes: number): void {
    this.cutAfter = bytes;
  }

  /** Connections stay open, and nothing comes through any more. */
  freeze(): void {
    this.frozen = true;
    for (const pair of this.pairs) this.pause(pair);
  }

  thaw(): void {
    this.frozen = false;
    for (const { client, upstream } of this.pairs) {
      client.resume();
      upstream.resume();
    }
  }

  private pause({ client, upstream }: { client: net.Socket; upstream: net.Socket }): void {
    client.pause();
    upstream.pause();
  }

  async close(): Promise<void> {
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }
}
