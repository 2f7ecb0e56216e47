import { gunzipSync } from 'node:zlib';
import type { Recording } from './recorder';

/** A request and its answer, bodies unzipped. */
export interface Exchange {
  method: string;
  target: string;
  requestHeaders: Record<string, string>;
  requestBody: string;
  /** 0: there was no answer. */
  status: number;
  body: string;
}

/** A data point as a client sent it; the time in milliseconds. */
export interface SentPoint {
  metric: string;
  time: number;
  value: number;
  tags: Record<string, string>;
}

interface Message {
  start: string;
  headers: Record<string, string>;
  body: string;
}

function messages(bytes: Buffer, isAnswer: boolean): Message[] {
  const found: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const [start, ...lines] = bytes.toString('latin1', at, end).split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
    // An answer without a length goes to the end of the connection; a request without one has no body.
    const rest = isAnswer && !/ 204 /.test(start) ? bytes.length - end - 4 : 0;
    const length = headers['content-length'] === undefined ? rest : Number(headers['content-length']);
    // Who is told to stop may leave a request without its end.
    if (!isAnswer && end + 4 + length > bytes.length) break;
    const raw = bytes.subarray(end + 4, end + 4 + length);
    const isZipped = headers['content-encoding'] === 'gzip' && raw.length > 0;
    found.push({ start, headers, body: (isZipped ? gunzipSync(raw) : raw).toString('utf8') });
    at = end + 4 + length;
  }
  return found;
}

const isHttp = ({ sent }: Recording): boolean => /^[A-Z]+ \S+ HTTP\/1/.test(sent.toString('latin1', 0, 8192));

/** The HTTP exchanges of all connections, in the order of the connections. */
export function exchanges(connections: readonly Recording[]): Exchange[] {
  return connections.filter(isHttp).flatMap(({ sent, received }) => {
    const answers = messages(received, true);
    return messages(sent, false).map(({ start, headers, body }, index) => {
      const [method, target] = start.split(' ');
      const answer = answers[index];
      return {
        method,
        target,
        requestHeaders: headers,
        requestBody: body,
        status: answer === undefined ? 0 : Number(answer.start.split(' ')[1]),
        body: answer?.body ?? '',
      };
    });
  });
}

/** The lines that were sent to the telnet side, without their ends; a line that was cut off by the end is left out. */
export function telnetLines(connections: readonly Recording[]): string[] {
  return connections
    .filter((connection) => connection.sent.length > 0 && !isHttp(connection))
    .flatMap(({ sent }) => sent.toString('utf8').split('\n').slice(0, -1))
    .map((line) => line.replace(/\r$/, ''));
}

const toMillis = (timestamp: number): number => (timestamp > 0xffffffff ? timestamp : timestamp * 1000);

/** The points that were sent: telnet lines, and the bodies of HTTP puts. Lines without a tag are not points. */
export function sentPoints(connections: readonly Recording[]): SentPoint[] {
  const points: SentPoint[] = [];
  for (const line of telnetLines(connections)) {
    const [command, metric, timestamp, value, ...tags] = line.split(/ +/).filter((word) => word !== '');
    if (command !== 'put' || tags.length === 0) continue;
    points.push({
      metric,
      time: toMillis(Number(timestamp)),
      value: Number(value),
      tags: Object.fromEntries(tags.map((tag) => tag.split('=') as [string, string])),
    });
  }
  for (const { method, target, requestBody } of exchanges(connections)) {
    if (method !== 'POST' || !/^\/api\/put\b/.test(target)) continue;
    const body = JSON.parse(requestBody) as SentBody | SentBody[];
    for (const { metric, timestamp, value, tags } of Array.isArray(body) ? body : [body]) {
      points.push({ metric, time: toMillis(Number(timestamp)), value: Number(value), tags });
    }
  }
  return points;
}

interface SentBody {
  metric: string;
  timestamp: number | string;
  value: number | string;
  tags: Record<string, string>;
}
