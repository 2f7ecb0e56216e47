import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { readServerSettings } from '../../../../src/config/settings';
import { Ingest } from '../../../../src/ingest';
import { Counters } from '../../../../src/server/counters';
import type { Tsd } from '../../../../src/server/context';
import { attachTelnet } from '../../../../src/server/telnet';
import type { TelnetConnection } from '../../../../src/server/telnet-types';
import type { Storage } from '../../../../src/storage';
import type { WritePlugins } from '../../../../src/write';
import { silent, writingOn, type Writing } from '../../../write/support/data-table';
import { until } from '../../../support/until';
import { NO_SIBLINGS } from '../../../../src/workers';

/** The line protocol on a port, over a real store: what the daemon's port does for telnet, and nothing else of the daemon. */
export class TelnetTsd {
  readonly counters = new Counters();
  readonly connections: TelnetConnection[] = [];
  readonly errors: Error[] = [];
  readonly writing: Writing;
  readonly shutdowns: string[] = [];
  private readonly server: Server;
  /** By the client's port; also those that are gone. */
  private readonly sockets = new Map<number, Socket>();

  constructor(storage: Storage, settings: Record<string, string> = {}, mode: Tsd['mode'] = 'rw', plugins?: WritePlugins) {
    this.writing = writingOn(storage, settings, plugins);
    const { config, uids, writer } = this.writing;
    config.set('tsd.network.port', '0');
    const tsd = {
      config,
      settings: readServerSettings(config),
      uids,
      writer,
      storage,
      mode,
      logger: silent,
      counters: this.counters,
      ingest: new Ingest({ writer, rollups: null, histograms: null, dataTable: 'tsdb' }, this.counters.ingest, silent),
      statsSources: [this.counters.rpc, this.counters.ingest, writer],
      startedAt: Date.now(),
      shutdown: (reason: string) => Promise.resolve(void this.shutdowns.push(reason)),
      siblings: NO_SIBLINGS,
    } as Partial<Tsd> as Tsd;
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.set(socket.remotePort ?? 0, socket);
      socket.on('error', (error) => this.errors.push(error));
      socket.once('data', (first) => {
        socket.pause();
        this.connections.push(attachTelnet(socket, tsd, first));
        socket.resume();
      });
    });
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** This side of a connection. */
  socketOf(client: Socket): Socket {
    const socket = this.sockets.get(client.localPort ?? 0);
    if (socket === undefined) throw new Error('Nobody has connected from there');
    return socket;
  }

  open(): Socket {
    return connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true });
  }

  /** Sends, says nothing more, and reads until the other side has nothing more to say either. */
  async talk(...parts: (string | Buffer)[]): Promise<string> {
    const socket = this.open();
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await once(socket, 'connect');
    for (const part of parts) {
      await new Promise<void>((resolve) => socket.write(part, () => resolve()));
      if (parts.length > 1) await this.taken(socket);
    }
    socket.end();
    await closed;
    return Buffer.concat(received).toString();
  }

  /** Resolves when everything that a client has sent has been read, so that what it sends next is read by itself; or when nobody reads any more. */
  private async taken(client: Socket): Promise<void> {
    const { localPort = 0 } = client;
    await until(() => {
      const socket = this.sockets.get(localPort);
      return client.destroyed || (socket !== undefined && (socket.destroyed || socket.bytesRead >= client.bytesWritten));
    });
  }

  async close(): Promise<void> {
    await this.writing.writer.close();
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
