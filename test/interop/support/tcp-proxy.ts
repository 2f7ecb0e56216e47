import * as net from 'node:net';

/** A TCP proxy whose connections can be cut after so many bytes, frozen, or refused. */
export class TcpProxy {
  private readonly server: net.Server;
  private readonly pairs = new Set<{ client: net.Socket; upstream: net.Socket }>();
  private readonly cutAfter = { answer: Infinity, request: Infinity };
  private frozen = false;
  private refusing = false;
  /** Connections that were cut. */
  cuts = 0;

  private constructor(target: { host: string; port: number }) {
    this.server = net.createServer((client) => {
      if (this.refusing) {
        client.destroy();
        return;
      }
      const upstream = net.connect(target);
      const pair = { client, upstream };
      this.pairs.add(pair);
      const end = (): void => {
        this.pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      };
      for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
      client.on('data', (chunk) => this.pass(chunk, upstream, 'request', end));
      upstream.on('data', (chunk) => this.pass(chunk, client, 'answer', end));
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

  private pass(chunk: Buffer, to: net.Socket, way: 'answer' | 'request', end: () => void): void {
    if (chunk.length < this.cutAfter[way]) {
      this.cutAfter[way] -= chunk.length;
      to.write(chunk);
      return;
    }
    // The rest of a frame never comes.
    to.write(chunk.subarray(0, this.cutAfter[way]), end);
    this.cutAfter[way] = Infinity;
    this.cuts++;
  }

  /** Cuts the connection that carries the n-th byte from the server, or to it, counted from now, behind that byte. */
  cutBehind(bytes: number, way: 'answer' | 'request' = 'answer'): void {
    this.cutAfter[way] = bytes;
  }

  /** Ends all connections, and every new one at once. */
  refuse(): void {
    this.refusing = true;
    for (const { client } of this.pairs) client.destroy();
  }

  accept(): void {
    this.refusing = false;
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
