import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  status: number;
  body: string;
}

/** One series of an answer of `/api/query` with `arrays`. */
export interface AnsweredSeries {
  metric: string;
  tags: Record<string, string>;
  aggregateTags: string[];
  dps: [timestamp: number, value: number][];
}

/** Speaks to a TSD, ours or the original, as agents and dashboards do. */
export class TsdClient {
  constructor(readonly port: number) {}

  /** Sends lines, one byte a character, in one connection and ends it with `exit`. @returns what the TSD said */
  telnet(lines: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = '';
      const socket = connect(this.port, '127.0.0.1', () => socket.write([...lines, 'exit', ''].join('\n'), 'latin1'));
      socket.on('data', (bytes) => (said += bytes.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => resolve(said));
    });
  }

  async request(path: string, body?: unknown, { method = 'POST', timeoutMs = 60_000 } = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = body === undefined ? {} : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { ...sent, signal });
    return { status: response.status, body: await response.text() };
  }

  /** @throws Error for any answer that is not a 2xx */
  async call(path: string, body?: unknown): Promise<string> {
    const answer = await this.request(path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
    return answer.body;
  }

  /** The answer as text: the series of the sub-queries `m`, in milliseconds. */
  query(start: number, end: number, ...m: string[]): Promise<string> {
    const queries = m.map((query) => `&m=${encodeURIComponent(query)}`).join('');
    return this.call(`/api/query?start=${start}&end=${end}&ms=true&arrays=true&show_tsuids=true${queries}`);
  }

  /** Every series of a metric by itself. */
  async series(start: number, end: number, metric: string): Promise<AnsweredSeries[]> {
    return JSON.parse(await this.query(start, end, `none:${metric}`)) as AnsweredSeries[];
  }

  /** Assigns UIDs in the order of the names. @param kind `metric`, `tagk` or `tagv` */
  async assign(kind: string, names: readonly string[]): Promise<void> {
    for (let i = 0; i < names.length; i += 20)
      await this.call(`/api/uid/assign?${kind}=${encodeURIComponent(names.slice(i, i + 20).join(','))}`);
  }
}

/** Tries again until the check passes. @throws what the last try threw, when the time is up */
export async function eventually<T>(check: () => Promise<T>, timeoutMs = 60_000): Promise<T> {
  for (const giveUp = performance.now() + timeoutMs; ;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > giveUp) throw error;
      await sleep(200);
    }
  }
}
