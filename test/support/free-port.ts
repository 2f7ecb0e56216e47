import { createServer } from 'node:net';

/**
 * Below the ports that the system gives to connections and to those who ask for any: nobody gets one of these by chance between the look and the
 * moment when the test's program listens there.
 */
const FIRST = 12_000;
/** Suites that run at once have ports of their own. */
const PORTS_A_WORKER = 1_000;
const MOST_WORKERS = 10;

const first = FIRST + (Number(process.env.JEST_WORKER_ID ?? 1) % MOST_WORKERS) * PORTS_A_WORKER;
let next = Math.floor(Math.random() * PORTS_A_WORKER);

/** A TCP port of 127.0.0.1 that nobody listens on, for a program that must be told one, or that others must find again when it was restarted. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_A_WORKER; tries++) {
    const port = first + (next++ % PORTS_A_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error(`nothing is free from ${first} on`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
