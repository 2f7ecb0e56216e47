/** Points of a load, ready-made as bytes; only the timestamps are filled in while sending. */

const TIME_DIGITS = 10;

/** The `host` of series i, which no other series has. */
export const hostOf = (i) => `web${String(i).padStart(6, '0')}`;

/** The tags of series i: three, as agents send them, two of them shared by many series. */
function tagsOf(i) {
  return [
    ['host', hostOf(i)],
    ['dc', ['lga', 'sjc', 'fra', 'nrt'][i % 4]],
    ['core', String(i % 16)],
  ];
}

/** Half of them integers, a third exact in single precision, the rest not. */
function valueOf(i) {
  return i % 2 === 0 ? String(i % 10000) : i % 3 === 0 ? `${i % 100}.5` : `${i % 100}.${String(i % 997).padStart(3, '0')}`;
}

/** A piece of the load: bytes with the places of the timestamps in it. */
export class Piece {
  constructor(parts, series) {
    this.points = series.length;
    this.lastSeries = series[series.length - 1];
    this.bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.alloc(TIME_DIGITS))));
    this.times = [];
    let at = 0;
    for (const part of parts) {
      if (typeof part !== 'string') this.times.push(at);
      at += typeof part === 'string' ? Buffer.byteLength(part) : TIME_DIGITS;
    }
    /** Not yet taken by the socket: must not be written into. */
    this.busy = false;
  }

  setTime(seconds) {
    const digits = Buffer.from(String(seconds).padStart(TIME_DIGITS, '0'));
    for (const at of this.times) digits.copy(this.bytes, at);
  }
}

const TIME = { time: true };

function telnetPiece(metric, series) {
  const parts = series.flatMap((i) => [
    `put ${metric} `,
    TIME,
    ` ${valueOf(i)} ${tagsOf(i)
      .map(([k, v]) => `${k}=${v}`)
      .join(' ')}\n`,
  ]);
  return new Piece(parts, series);
}

function httpPiece(metric, series) {
  const body = series.flatMap((i, n) => [
    `${n === 0 ? '[' : ','}{"metric":"${metric}","timestamp":`,
    TIME,
    `,"value":${valueOf(i)},"tags":${JSON.stringify(Object.fromEntries(tagsOf(i)))}}`,
  ]);
  body.push(']');
  const length = body.reduce((n, part) => n + (typeof part === 'string' ? Buffer.byteLength(part) : TIME_DIGITS), 0);
  const head = `POST /api/put HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  return new Piece([head, ...body], series);
}

/**
 * One time step over all series, cut into pieces, spread over the connections.
 * @returns pieces of each connection
 */
export function buildStep({ proto, metric, series, connections, batch }) {
  const make = proto === 'http' ? httpPiece : telnetPiece;
  const out = Array.from({ length: connections }, () => []);
  for (let at = 0, n = 0; at < series; at += batch, n++)
    out[n % connections].push(
      make(
        metric,
        Array.from({ length: Math.min(batch, series - at) }, (_, i) => at + i),
      ),
    );
  return out;
}
