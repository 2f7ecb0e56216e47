import { RetryableError } from '../errors';
import { ProtoReader } from './protobuf';
import type { ServerAddress } from './region';
import { NoNodeError, readNode, ZooKeeperError } from './zookeeper';
import { messageOf } from '../../util/message-of';
import { sharedAborter } from '../../util/stop-signal';

/** Who knows where hbase:meta and the master are. ZooKeeper up to HBase 3, the masters themselves from then on. */
export interface MetaLocator {
  /** The server that holds hbase:meta now. Rejects with RetryableError when that can't be said. */
  metaServer(): Promise<ServerAddress>;
  /** The active master. Rejects with RetryableError when there is none. */
  activeMaster(): Promise<ServerAddress>;
  /** How the locator is reached, for messages. */
  readonly description: string;
  close(): void;
}

export interface ZooKeeperOptions {
  /** `host[:port],...`, optionally with a path behind it that all nodes are under. */
  quorum: string;
  /** HBase's parent node: `/hbase`. */
  baseDir: string;
  sessionTimeoutMs: number;
}

/** RegionState: the server has the region open. */
const STATE_OPEN = 3;

/**
 * Reads HBase's nodes in ZooKeeper. A lookup is rare (at the start, and when the server of hbase:meta is gone), so each one has a
 * session of its own that ends with it: no idle connection, and nothing to repair after ZooKeeper was away.
 */
export class ZooKeeperLocator implements MetaLocator {
  readonly description: string;
  private readonly closing = sharedAborter();

  constructor(private readonly options: ZooKeeperOptions) {
    this.description = `ZooKeeper ${options.quorum}${options.baseDir}`;
  }

  async metaServer(): Promise<ServerAddress> {
    const message = await this.read('meta-region-server', 'hbase:meta has no server');
    // MetaRegionServer: server 1, rpc_version 2, state 3
    let server: ServerAddress | null = null;
    let state = STATE_OPEN;
    message.each((field) => {
      if (field === 1) server = readServerName(message.message());
      else if (field === 3) state = message.uint();
      else return false;
      return true;
    });
    if (server === null || state !== STATE_OPEN) throw new RetryableError(`${this.description}: hbase:meta is not open on any server`);
    return server;
  }

  async activeMaster(): Promise<ServerAddress> {
    const message = await this.read('master', 'there is no active HBase master');
    let server: ServerAddress | null = null;
    message.each((field) => field === 1 && ((server = readServerName(message.message())), true));
    if (server === null) throw new RetryableError(`${this.description}: there is no active HBase master`);
    return server;
  }

  /** The message in a node: 0xff, i32 length of an id, the id, `PBUF`, the message. */
  private async read(node: string, absent: string): Promise<ProtoReader> {
    const data = await this.getData(`${this.options.baseDir}/${node}`, absent);
    const message = data[0] === 0xff && data.length >= 5 ? data.subarray(5 + data.readUInt32BE(1)) : data;
    if (message.toString('latin1', 0, 4) !== 'PBUF') throw new RetryableError(`${this.description}: ${node} holds no HBase address`);
    return new ProtoReader(message, 4);
  }

  private async getData(path: string, absent: string): Promise<Buffer> {
    const { quorum, sessionTimeoutMs, baseDir } = this.options;
    try {
      return await readNode(quorum, path, sessionTimeoutMs, this.closing.signal);
    } catch (error) {
      const reason = messageOf(error);
      if (error instanceof NoNodeError)
        throw new RetryableError(`${this.description}: ${absent} (no node ${path}; is ${baseDir} HBase's znode parent, and HBase up?)`);
      if (error instanceof ZooKeeperError) throw new RetryableError(`${this.description}: can't read ${path}: ${reason}`, { cause: error });
      throw new RetryableError(`Can't reach ZooKeeper at ${quorum}: ${reason}`, { cause: error });
    }
  }

  close(): void {
    this.closing.abort();
  }
}

/** ServerName: host_name 1, port 2, start_code 3. */
function readServerName(reader: ProtoReader): ServerAddress {
  const server = { host: '', port: 0 };
  reader.each((field) => {
    if (field === 1) server.host = reader.string();
    else if (field === 2) server.port = reader.uint();
    else return false;
    return true;
  });
  return server;
}
