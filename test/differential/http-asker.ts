import { Agent, request } from 'node:http';
import type { Answer } from './compare';

/** After so long there is no answer. */
const ANSWER_MS = 30_000;

/** Asks TSDs over connections that are kept. */
export class HttpAsker {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });

  /** @returns status 0 and the reason when there is no answer */
  ask(port: number, method: string, path: string, body?: string): Promise<Answer> {
    return new Promise((resolve) => {
      const fail = (error: Error): void => resolve({ status: 0, body: `no answer: ${error.message}` });
      const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const call = request({ host: '127.0.0.1', port, method, path, headers, agent: this.agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', fail);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
      });
      call.on('error', fail);
      call.setTimeout(ANSWER_MS, () => call.destroy(new Error(`none within ${ANSWER_MS} ms`)));
      call.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
