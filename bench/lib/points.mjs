/** Points of a load, ready-made as bytes; only the timestamps are filled in while sending. */

const TIME_DIGITS = 10;

/** The `host` of series i, which no other series has. */
export const hostOf = (i) => `web${String(i).padStart(6, '0')}`;

/** Values of the tags that many series share. */
export const SHARED_TAGS = { dc: ['lga', 'sjc', 'fra', 'nrt'], core: Array.from({ length: 16 }, (_, i) => String(i)) };

/** The tags of series i: three, as agents send them. */
function tagsOf(i) {
  return [
    ['host', hostOf(i)],
    ['dc', SHARED_TAGS.dc[i % 4]],
    ['core', SHARED_TAGS.core[i % 16]],
  ];
}

/** Half of them integers, a third exact in single precision, the rest not. */
function valueOf(i) {
  return i % 2 === 0 ? String(i % 10000) : i % 3 === 0 ? `${i % 100}.5` : `${i % 100}.${String(i % 997).padStart(3, '0')}`;
}

/** A piece of the load: bytes with the places of the timestamps in it. */
export class Piece {
  /** @param parts text, and in place of a timestamp the number of steps that it is behind the piece's time; `series` of the last point */
  constructor(parts, { points, lastSeries, stepSeconds }) {
    this.points = points;
    this.lastSeries = lastSeries;
    this.stepSeconds = stepSeconds;
    this.bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.alloc(TIME_DIGITS))));
    /** Where the timestamps are, by the steps that they are behind. */
    this.places = [];
    let at = 0;
    for (const part of parts) {
      if (typeof part === 'number') (this.places[part] ??= []).push(at);
      at += typeof part === 'string' ? Buffer.byteLength(part) : TIME_DIGITS;
    }
    /** Not yet taken by the socket: must not be written into. */
    this.busy = false;
  }

  setTime(seconds) {
    this.places.forEach((places, step) => {
      const digits = Buffer.from(String(seconds + step * this.stepSeconds).padStart(TIME_DIGITS, '0'));
      for (const at of places) digits.copy(this.bytes, at);
    });
  }
}

/** @param points of the piece: series and step of each */
function telnetParts(metric, points) {
  return points.flatMap(({ series, step }) => {
    const tags = tagsOf(series).map(([k, v]) => `${k}=${v}`);
    return [`put ${metric} `, step, ` ${valueOf(series)} ${tags.join(' ')}\n`];
  });
}

function httpParts(metric, points, path) {
  const body = points.flatMap(({ series, step }, n) => [
    `${n === 0 ? '[' : ','}{"metric":"${metric}","timestamp":`,
    step,
    `,"value":${valueOf(series)},"tags":${JSON.stringify(Object.fromEntries(tagsOf(series)))}}`,
  ]);
  body.push(']');
  const length = body.reduce((n, part) => n + (typeof part === 'string' ? Buffer.byteLength(part) : TIME_DIGITS), 0);
  return [`POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`, ...body];
}

/**
 * Points of all series, cut into pieces, spread over the connections: one of each series, or `burst` of each, one behind the other.
 * @param proto telnet, http, or sync: HTTP that waits for storage and wants a summary
 * @param from number of the first series
 * @returns pieces of each connection
 */
export function buildStep({ proto, metric, series, connections, batch, from = 0, burst = 1, stepSeconds = 1 }) {
  const path = proto === 'sync' ? '/api/put?sync&summary' : '/api/put';
  const parts = proto === 'telnet' ? telnetParts : httpParts;
  const out = Array.from({ length: connections }, () => []);
  const total = series * burst;
  for (let at = 0, n = 0; at < total; at += batch, n++) {
    const size = Math.min(batch, total - at);
    const points = Array.from({ length: size }, (_, i) => ({ series: from + Math.floor((at + i) / burst), step: (at + i) % burst }));
    out[n % connections].push(new Piece(parts(metric, points, path), { points: size, lastSeries: points[size - 1].series, stepSeconds }));
  }
  return out;
}
