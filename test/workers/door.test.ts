import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Door, type Guest } from '../../src/workers/door';
import type { Passage } from '../../src/workers/entrance';
import { Connection } from '../server/support/client';
import { until } from '../support/until';

/** A worker that keeps what it is given. */
class Taking implements Guest {
  readonly given: { id: number; socket: Socket; passage: Passage }[] = [];
  give(id: number, socket: Socket, passage: Passage): void {
    this.given.push({ id, socket, passage });
  }
}

let door: Door;
let port: number;
const clients: Connection[] = [];
beforeEach(async () => {
  door = new Door({ port: 0, bind: '127.0.0.1', backlog: 10, connectionsLimit: 4 });
  ({ port } = await door.listen());
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  void door.close();
});

async function come(count: number): Promise<void> {
  const before = door.open + door.rejected;
  for (let i = 0; i < count; i++) clients.push(await Connection.open(port));
  await until(() => door.open + door.rejected === before + count);
}

it('gives connections to the workers in turn, without reading from them', async () => {
  const [one, two] = [new Taking(), new Taking()];
  door.add(one);
  door.add(two);
  await come(1);
  clients[0].send('put something\n');
  await come(3);
  expect([one.given.length, two.given.length]).toEqual([2, 2]);
  expect(one.given[0].passage).toEqual({ kind: 'new', unhandled: Buffer.alloc(0), moved: false });
  expect(one.given[0].socket.bytesRead).toBe(0);
});

it('keeps the limit, and counts what it refuses', async () => {
  const one = new Taking();
  door.add(one);
  await come(5);
  await clients[4].toEnd();
  expect([door.open, door.rejected, one.given.length]).toEqual([4, 1, 4]);
  door.closed(one.given[0].id);
  await come(1);
  expect([door.open, door.rejected]).toEqual([4, 1]);
});

it('lets connections wait while there is no worker', async () => {
  await come(2);
  const one = new Taking();
  door.add(one);
  expect(one.given).toHaveLength(2);
});

it('gives what was on its way to a worker that ends to another', async () => {
  const [one, two] = [new Taking(), new Taking()];
  door.add(one);
  await come(2);
  door.taken(one.given[0].id);
  expect(one.given[0].socket.destroyed).toBe(true);
  door.add(two);
  door.ended(one);
  expect(two.given.map(({ id }) => id)).toEqual([one.given[1].id]);
  expect(door.open).toBe(1);
});

it('does not give to a worker that is about to end', async () => {
  const [one, two] = [new Taking(), new Taking()];
  door.add(one);
  door.add(two);
  door.remove(one);
  await come(3);
  expect([one.given.length, two.given.length]).toEqual([0, 3]);
});

it('hands on what a worker gives away, with what it has read', async () => {
  const [one, two] = [new Taking(), new Taking()];
  door.add(one);
  await come(1);
  const { id, socket } = one.given[0];
  door.remove(one);
  door.add(two);
  door.moved(id, socket, { kind: 'telnet', unhandled: Buffer.from('put half') });
  expect(two.given[0]).toMatchObject({ id, passage: { kind: 'telnet', unhandled: Buffer.from('put half'), moved: true } });
  expect(door.open).toBe(1);
  // One that was closed on its way comes without a socket.
  door.moved(id, undefined, { kind: 'telnet', unhandled: Buffer.alloc(0) });
  expect(door.open).toBe(0);
});

it('says why the port cannot be opened', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const taken = (server.address() as AddressInfo).port;
  const other = new Door({ port: taken, bind: '127.0.0.1', backlog: 10, connectionsLimit: 0 });
  await expect(other.listen()).rejects.toThrow(`tsd.network.port = ${taken}: Failed to bind to: /127.0.0.1:${taken} (listen EADDRINUSE`);
  server.close();
});

it('gives what others give away to those that want it, as many as they want, and the rest in turn', async () => {
  const [one, two] = [new Taking(), new Taking()];
  door.add(one);
  door.add(two);
  await come(4);
  door.want(new Map([[two, 1]]));
  const [first, second] = one.given;
  for (const { id, socket } of [first, second]) door.moved(id, socket, { kind: 'telnet', unhandled: Buffer.alloc(0) });
  expect(two.given.slice(2).map(({ id }) => id)).toEqual([first.id]);
  expect(one.given.slice(2).map(({ id }) => id)).toEqual([second.id]);
  // One that has ended wants nothing any more.
  door.want(new Map([[two, 5]]));
  door.ended(two);
  door.moved(second.id, second.socket, { kind: 'telnet', unhandled: Buffer.alloc(0) });
  expect(one.given.at(-1)?.id).toBe(second.id);
});
