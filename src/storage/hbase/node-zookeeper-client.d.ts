/** The part of node-zookeeper-client that meta-locator.ts uses; the package brings no types. */
declare module 'node-zookeeper-client' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  export class Exception extends Error {
    static readonly NO_NODE: number;
    getCode(): number;
  }
  export interface Client extends EventEmitter {
    connect(): void;
    close(): void;
    getData(path: string, callback: (error: Error | Exception | null, data: Buffer | undefined) => void): void;
    /** Not part of the documented surface; the only way to end a session whose server does not answer. */
    readonly connectionManager: { readonly socket?: Socket };
  }
  export function createClient(servers: string, options: { sessionTimeout: number; spinDelay: number; retries: number }): Client;
  const zookeeper: { createClient: typeof createClient; Exception: typeof Exception };
  export default zookeeper;
}
