import { answer, GREETING, type Handler } from '../../storage/hbase/fake-zookeeper';
import { ProtoWriter } from '../../../src/storage/hbase/protobuf';

const GET_DATA = 4;
const NO_NODE = -101;
const OPEN = 3;

/** A session of ZooKeeper that knows who has hbase:meta and who is the master: the server at this port, whatever the parent node. */
export function zooKeeperNodes(host: string, port: number): Handler {
  const nodes = new Map([
    ['meta-region-server', address(host, port, (w) => w.uint(2, 0).uint(3, OPEN))],
    ['master', address(host, port, (w) => w.uint(2, 0))],
  ]);
  return (frame, socket, frames) => {
    if (frames === 1) return void socket.write(GREETING);
    if (frame.readInt32BE(4) !== GET_DATA) return void socket.end();
    const length = frame.readInt32BE(8);
    const path = frame.toString('utf8', 12, 12 + length);
    const data = nodes.get(path.slice(path.lastIndexOf('/') + 1));
    socket.write(data === undefined ? answer(NO_NODE) : answer(0, data));
  };
}

/** 0xff, an empty id, `PBUF`, and a message with a ServerName {host_name 1, port 2, start_code 3} as field 1. */
function address(host: string, port: number, more: (w: ProtoWriter) => void): Buffer {
  const w = new ProtoWriter();
  const server = w.begin(1);
  w.string(1, host).uint(2, port).uint(3, 1).end(server);
  more(w);
  return Buffer.concat([Buffer.of(0xff, 0, 0, 0, 0), Buffer.from('PBUF'), w.finish()]);
}
