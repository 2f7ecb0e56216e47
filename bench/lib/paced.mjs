import { setTimeout as sleep } from 'node:timers/promises';
import { open, openHttp } from './http-connection.mjs';

/** Answers of a telnet `version`, and the first bytes of each of its lines. */
const BARRIER_LINES = ['net.opentsdb', 'Built on'];
/** Milliseconds between two looks at what is due. */
const TICK_MS = 20;

/** Says which piece of a load is due: pieces come round again, one time step later each round. */
export class Schedule {
  /** @param pieces of one time step; `steps` of them, the first at `start`, each `stepSeconds` later, at `rate` points/s in sum */
  constructor(pieces, { rate, start, stepSeconds, steps }) {
    this.pieces = pieces;
    this.perStep = pieces.reduce((n, piece) => n + piece.points, 0);
    Object.assign(this, { rate, start, stepSeconds, steps });
    this.at = 0;
    /** Points that were handed out. */
    this.points = 0;
    this.began = performance.now();
  }

  get ended() {
    return this.at >= this.pieces.length * this.steps;
  }

  /** Points that should have been sent by now and were not. */
  behind() {
    const due = Math.min(((performance.now() - this.began) * this.rate) / 1000, this.perStep * this.steps);
    return Math.max(0, due - this.points);
  }

  /** The time of the points that `take` hands out next. */
  get time() {
    return this.start + Math.floor(this.at / this.pieces.length) * this.stepSeconds;
  }

  /** The next piece when it is due; null when it is not, or when the socket still has its bytes. */
  take() {
    if (this.ended) return null;
    const piece = this.pieces[this.at % this.pieces.length];
    if (piece.busy || this.behind() < piece.points) return null;
    piece.setTime(this.time);
    this.at++;
    this.points += piece.points;
    return piece;
  }
}

/**
 * Sends what is due over one telnet connection until the schedule has ended; `version` behind the last points of each second says that the
 * server has taken them.
 * @param taken told of points that the server has taken
 */
export async function paceTelnet(port, schedule, { taken, problems }) {
  const socket = await open(port);
  const barriers = [];
  let refused = 0;
  let text = '';
  let broken = null;
  socket.on('data', (chunk) => {
    text += chunk.toString();
    for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
      const line = text.slice(0, end);
      if (line.startsWith(BARRIER_LINES[1])) {
        taken(barriers.shift() - refused);
        refused = 0;
      } else if (!line.startsWith(BARRIER_LINES[0])) {
        refused++;
        problems.add(line);
      }
    }
  });
  socket.on('error', (error) => (broken = error));
  socket.on('close', () => (broken ??= new Error('the server closed the connection')));
  let unconfirmed = 0;
  let confirmAt = 0;
  while (!schedule.ended || unconfirmed > 0 || barriers.length > 0) {
    if (broken) throw broken;
    for (let piece; !socket.writableNeedDrain && (piece = schedule.take());) {
      piece.busy = true;
      unconfirmed += piece.points;
      socket.write(piece.bytes, () => (piece.busy = false));
    }
    if (unconfirmed > 0 && (schedule.ended || performance.now() >= confirmAt)) {
      barriers.push(unconfirmed);
      unconfirmed = 0;
      confirmAt = performance.now() + 1000;
      socket.write('version\n');
    }
    await sleep(TICK_MS);
  }
  socket.removeAllListeners('close');
  socket.destroy();
}

/** The same over HTTP, one request at a time; an answer below 300 says that its points are taken. */
export async function paceHttp(port, schedule, { taken, problems }) {
  const connection = await openHttp(port, problems);
  while (!schedule.ended) {
    const piece = schedule.take();
    if (piece === null) await sleep(TICK_MS);
    else if (await connection.send(piece.bytes)) taken(piece.points);
  }
  connection.close();
}
