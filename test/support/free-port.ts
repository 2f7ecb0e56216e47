import { createServer, type Server } from 'node:net';

/**
 * Below the ports that the system gives to connections and to those who ask for any: nobody gets one of these by chance between the look and the
 * moment when the test's program listens there.
 */
const FIRST = 12_000;
const BLOCKS = 200;
const PORTS_A_BLOCK = 50;

/** The block of this process's ports: nobody else's, other runs of the tests included, as long as the process lives. */
let block: Promise<number> | null = null;
let next = 0;

/** A TCP port of 127.0.0.1 that nobody listens on, for a program that must be told one, or that others must find again when it was restarted. */
export async function freePort(): Promise<number> {
  const first = await (block ??= takeBlock());
  for (let tries = 1; tries < PORTS_A_BLOCK; tries++) {
    const port = first + 1 + (next++ % (PORTS_A_BLOCK - 1));
    const server = await listenOn(port);
    if (server === null) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
  throw new Error(`nothing is free from ${first} on`);
}

/** Who listens on the first port of a block has all of it; the system takes it back at the end of the process, however it ends. */
async function takeBlock(): Promise<number> {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let i = 0; i < BLOCKS; i++) {
    const first = FIRST + ((start + i) % BLOCKS) * PORTS_A_BLOCK;
    const server = await listenOn(first);
    if (server === null) continue;
    server.unref();
    return first;
  }
  throw new Error(`every block of ports from ${FIRST} on is taken`);
}

/** @returns null where another one listens */
function listenOn(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
