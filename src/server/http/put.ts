import type { StorageError } from '../../storage';
import { ClientError, IllegalArgumentError } from '../../util/errors';
import { parseTag, type PointSink } from '../../write';
import type { Tsd } from '../context';
import { answerPut, type PutError } from './put-answer';
import { PutBody } from './put-body';
import { putBytes, putText } from './put-point';
import { PutJsonError } from './put-scanner';
import type { HttpCall, HttpHandler } from './types';

/** Points between two looks at the clock. */
const STEP = 512;
/** Milliseconds that a body may keep the event loop from others. */
const SLICE_MS = 8;
/** Points of one body that may wait for UIDs at once. */
const MAX_WAITING = 4096;

/** `POST /api/put`. Mirrors PutDataPointRpc with HttpJsonSerializer.parsePutV1. */
export const put: HttpHandler = async (call) => {
  const { tsd } = call;
  tsd.counters.put.requests++;
  call.allowMethods('POST');
  checkHeaderTag(call);
  const timeoutMs = syncTimeout(call);
  const body = await readBody(call);
  if (body.size === 0) throw new ClientError(400, 'No datapoints found in content');
  const sync = call.hasParam('sync');
  const request = new PutRequest(tsd, body, sync, call.hasParam('details'), sync ? timeoutMs : 0);
  await request.submit();
  const stored = await request.stored();
  if (!sync) body.release(); // with it, points that fail after the time is up are still read
  request.errors.sort((a, b) => a.index - b.index);
  answerPut(call, { summary: call.hasParam('summary'), details: call.hasParam('details') }, { ...stored, errors: request.errors });
};

/** @throws ClientError for `sync_timeout` that is no number */
function syncTimeout(call: HttpCall): number {
  const text = call.param('sync_timeout');
  if (text === null) return 0;
  if (!/^[-+]?\d{1,10}$/.test(text)) throw new ClientError(400, `For input string: "${text}"`);
  return Number(text);
}

/** The header that `tsd.http.header_tag` names has to be a tag; that is all that comes of it. */
function checkHeaderTag(call: HttpCall): void {
  const header = call.tsd.config.getString('tsd.http.header_tag') ?? '';
  const value = header === '' ? undefined : call.req.headers[header.toLowerCase()];
  if (typeof value !== 'string') return;
  try {
    parseTag(new Map(), value);
  } catch (error) {
    if (error instanceof IllegalArgumentError) throw new ClientError(400, error.message, null, { cause: error });
    throw error;
  }
}

/** @throws ClientError */
async function readBody(call: HttpCall): Promise<PutBody> {
  const bytes = inUtf8(call);
  if (bytes.length === 0) throw new ClientError(400, 'Missing request content');
  let start = 0;
  while (start < bytes.length && bytes[start] <= 0x20) start++;
  if (bytes[start] !== 0x7b && bytes[start] !== 0x5b) throw new ClientError(400, 'The JSON must start as an object or an array');
  try {
    const body = new PutBody(bytes, start);
    const slice = new Slice();
    while (body.read(STEP)) if (slice.over()) await slice.next();
    return body;
  } catch (error) {
    if (error instanceof PutJsonError) throw new ClientError(400, 'Unable to parse the given JSON', error.message, { cause: error });
    throw error;
  }
}

/** The body's bytes, turned into UTF-8 where the client says that they are something else. */
function inUtf8(call: HttpCall): Buffer {
  const charset = /charset=(.*)$/i.exec(call.req.headers['content-type'] ?? '');
  return charset === null || /^\s*utf-?8\s*$/i.test(charset[1]) ? call.body : Buffer.from(call.bodyText(), 'utf8');
}

/** Work in slices, between which others get their turn. */
class Slice {
  private until = performance.now() + SLICE_MS;

  over(): boolean {
    return performance.now() >= this.until;
  }

  async next(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.until = performance.now() + SLICE_MS;
  }
}

/** The points of one call on their way. */
class PutRequest {
  readonly errors: PutError[] = [];
  private invalid = 0;
  private accepted = 0;
  private durable = 0;
  private failed = 0;
  private readonly counting: PointSink;
  /** With `sync`: positions of points that storage has not answered for. */
  private readonly open = new Set<number>();
  private settled: (() => void) | null = null;

  constructor(
    private readonly tsd: Tsd,
    private readonly body: PutBody,
    private readonly sync: boolean,
    private readonly details: boolean,
    private readonly timeoutMs: number,
  ) {
    this.counting = countingSink(tsd);
  }

  /** Hands every point to the write buffer, in the order of the list, at the pace storage allows. */
  async submit(): Promise<void> {
    const slice = new Slice();
    const waiting: Promise<void>[] = [];
    for (let i = 0; i < this.body.size; i++) {
      if (i % STEP === 0) {
        if (!this.tsd.writer.accepting) await new Promise<void>((resolve) => this.tsd.writer.awaitTurn(resolve));
        if (slice.over()) await slice.next();
      }
      const sink = this.sync ? this.sinkOf(i) : this.counting;
      if (putBytes(this.tsd, this.body, i, sink)) {
        this.accepted++;
        continue;
      }
      waiting.push(this.submitText(i, sink));
      if (waiting.length >= MAX_WAITING) await Promise.all(waiting.splice(0));
    }
    await Promise.all(waiting);
  }

  private async submitText(i: number, sink: PointSink): Promise<void> {
    const point = this.body.pointAt(i);
    const error = await putText(this.tsd, point, sink);
    if (error === null) {
      this.accepted++;
      return;
    }
    this.open.delete(i);
    this.invalid++;
    if (this.details) this.errors.push({ index: i, point, error });
  }

  private sinkOf(i: number): PointSink {
    this.open.add(i);
    const answered = (): void => {
      this.open.delete(i);
      if (this.open.size === 0) this.settled?.();
    };
    return {
      stored: () => {
        this.durable++;
        answered();
      },
      failed: (error: StorageError, points: number) => {
        this.counting.failed(error, points);
        this.failed++;
        if (this.details) this.errors.push({ index: i, point: this.body.pointAt(i), error: `Storage exception: ${error.message}` });
        answered();
      },
    };
  }

  /** The figures of the answer: at once, or with `sync` when storage has answered for every point or the time is up. */
  async stored(): Promise<{ success: number; invalid: number; failed: number; timeouts: number | null }> {
    const { invalid } = this;
    if (!this.sync) return { success: this.accepted, invalid, failed: 0, timeouts: null };
    let timer: NodeJS.Timeout | undefined;
    if (this.open.size > 0)
      await new Promise<void>((resolve) => {
        this.settled = resolve;
        if (this.timeoutMs > 0) timer = setTimeout(resolve, this.timeoutMs);
      });
    clearTimeout(timer);
    this.settled = null;
    if (this.details) for (const i of this.open) this.errors.push({ index: i, point: this.body.pointAt(i), error: 'Write timedout' });
    return { success: this.durable, invalid, failed: this.failed, timeouts: this.timeoutMs > 0 ? this.open.size : null };
  }
}

const sinks = new WeakMap<Tsd, PointSink>();

/** One for all calls that don't wait: failures are counted, nobody is told. */
function countingSink(tsd: Tsd): PointSink {
  let sink = sinks.get(tsd);
  if (sink === undefined) {
    sink = { failed: (_error, points) => void (tsd.counters.put.hbaseErrors += points) };
    sinks.set(tsd, sink);
  }
  return sink;
}
