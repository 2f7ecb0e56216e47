import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Uids } from '../../src/uid';
import { figuresOf } from '../support/figures';
import { eachTestHasAStore, uidsOver } from './support/uid-store';

/** Answers that fit no question that is asked. */
const ANSWERS = {
  'a text': '$5\r\nhello\r\n',
  'a number': ':1\r\n',
  'numbers and errors in a list': '*3\r\n:1\r\n-ERR x\r\n:2\r\n',
  'lists in a list': '*2\r\n*1\r\n$1\r\nx\r\n*0\r\n',
  nothing: '*-1\r\n',
};

const store = eachTestHasAStore();
let server: Server;
let answer = '';
const sockets = new Set<Socket>();
let uids: Uids;

beforeEach(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    // An answer to each command, whatever it is.
    socket.on('data', (chunk: Buffer) => socket.write(answer.repeat(chunk.toString('latin1').match(/^\*\d+\r$/gm)?.length ?? 0)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await uids.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

test.each(Object.entries(ANSWERS))('names get their UIDs though Redis answers %s', async (_what, text) => {
  answer = text;
  const { port } = server.address() as AddressInfo;
  uids = uidsOver(store.storage, { 'tsd.redis.url': `redis://127.0.0.1:${port}` });
  await uids.open();
  const ids = await Promise.all(Array.from({ length: 10 }, (_, i) => uids.getOrCreateId('metrics', `m${i}`)));
  uids.dropCaches();
  expect(await uids.getNames('metrics', ids)).toEqual(ids.map((_, i) => `m${i}`));
  const {
    'uid.redis.hits kind=metrics': hits,
    'uid.redis.misses kind=metrics': misses,
    'uid.redis.rejected kind=metrics': rejected,
  } = figuresOf(uids);
  expect([hits, misses + rejected]).toEqual([0, 20]);
});
