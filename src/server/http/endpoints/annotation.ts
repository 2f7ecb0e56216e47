import type { AnnotationEdit } from '../../../meta';
import { annotationJson, hexToUid, type Annotation } from '../../../schema';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { parseDateTimeString } from '../../../util/date-time';
import { TimeSlice } from '../../../util/time-slice';
import { forClient } from '../metadata-errors';
import { methodNotAllowed, type HttpCall } from '../types';
import { readAnnotation, readAnnotations, readBulkDelete, type BulkDelete } from './annotation-body';

/** Characters that one part of a list should have, about. */
const PART = 32 * 1024;

/** Milliseconds of a time in any format. @throws IllegalArgumentError */
function time(call: HttpCall, text: string): number {
  return parseDateTimeString(text, call.tsd.settings.timeZone, Date.now());
}

/** What a time may be on a query string, cut to seconds. */
function seconds(call: HttpCall, text: string): number {
  try {
    return Math.floor(time(call, text) / 1000);
  } catch (e) {
    if (e instanceof IllegalArgumentError) throw new ClientError(400, e.message, null, { cause: e });
    throw e;
  }
}

/** An annotation of query string parameters. @throws ClientError without `start_time` */
function fromParams(call: HttpCall): AnnotationEdit {
  const start = call.param('start_time');
  if (start === null || start === '') throw new ClientError(400, 'Missing start time');
  const text = (name: string): string | undefined => call.param(name) || undefined;
  const startTime = seconds(call, start);
  if (startTime === 0) throw new ClientError(400, 'Missing start time');
  const end = call.param('end_time');
  return {
    tsuid: text('tsuid'),
    startTime,
    endTime: end ? seconds(call, end) || undefined : undefined,
    description: text('description'),
    notes: text('notes'),
  };
}

/** What each verb does with an annotation first, by the original's names. */
const SYNC = 'syncToStorage(net.opentsdb.core.TSDB, java.lang.Boolean)';
const USES: ReadonlyMap<string, string> = new Map([
  ['POST', SYNC],
  ['PUT', SYNC],
  ['DELETE', 'delete(net.opentsdb.core.TSDB)'],
]);

/** @param use what is done with it @throws ClientError */
const readNote = (call: HttpCall, use: string): AnnotationEdit => (call.body.length > 0 ? readAnnotation(call, use) : fromParams(call));

/** `/api/annotation`: one annotation read, written or removed. Mirrors AnnotationRpc.execute. */
export async function annotation(call: HttpCall): Promise<void> {
  if (call.path[1]?.toLowerCase() === 'bulk') return bulk(call);
  const method = call.effectiveMethod();
  const edit = readNote(call, USES.get(method) ?? 'getTSUID()');
  const store = call.tsd.meta.annotations;
  switch (method) {
    case 'GET': {
      const note = await forClient(() => store.get(edit.tsuid ?? '', edit.startTime ?? 0));
      if (note === null) throw new ClientError(404, 'Unable to locate annotation in storage');
      return call.sendJson(200, annotationJson(note));
    }
    case 'POST':
    case 'PUT': {
      const note = await forClient(() => store.save(edit, method === 'PUT'));
      return note === null ? call.sendEmpty(304) : call.sendJson(200, annotationJson(note));
    }
    case 'DELETE':
      await forClient(() => store.delete(edit.tsuid ?? '', edit.startTime ?? 0), { message: 'Unable to delete Annotation information' });
      return call.sendEmpty(204);
    default:
      throw methodNotAllowed(call.method);
  }
}

/** `/api/annotation/bulk`. Mirrors AnnotationRpc.executeBulk. */
async function bulk(call: HttpCall): Promise<void> {
  const method = call.effectiveMethod();
  if (method === 'DELETE') return bulkDelete(call);
  if (method !== 'POST' && method !== 'PUT') throw methodNotAllowed(call.method);
  const store = call.tsd.meta.annotations;
  const saved: string[] = [];
  const slice = new TimeSlice(call.signal);
  for (const edit of readAnnotations(call)) {
    if (slice.isOver()) await slice.next();
    const { tsuid = '', startTime = 0, description = '' } = edit;
    const note = await forClient(() => store.save(edit, method === 'PUT'), {
      details: `Annotation error: TSUID: ${tsuid} Start: ${startTime}  Description: ${description}`,
    });
    if (note !== null) saved.push(annotationJson(note));
  }
  call.sendJson(200, `[${saved.join(',')}]`);
}

/** As Java splits at commas: empty ones at the end are dropped, but nothing at all is one empty text. */
function splitList(text: string): string[] {
  const parts = text.split(',');
  while (parts.length > 1 && parts[parts.length - 1] === '') parts.pop();
  return parts.length === 1 && parts[0] === '' && text !== '' ? [] : parts;
}

function bulkFromParams(call: HttpCall): BulkDelete {
  const tsuids = call.param('tsuids');
  return {
    startTime: call.requiredParam('start_time'),
    endTime: call.param('end_time'),
    tsuids: tsuids === null ? null : splitList(tsuids),
    global: call.hasParam('global'),
  };
}

async function bulkDelete(call: HttpCall): Promise<void> {
  const wanted = call.body.length > 0 ? readBulkDelete(call) : bulkFromParams(call);
  if (wanted.startTime === '') throw new ClientError(400, 'Missing the start time value');
  if (!wanted.global && !wanted.tsuids?.length) throw new ClientError(400, 'Missing the TSUIDs or global annotations flag');
  const store = call.tsd.meta.annotations;
  const [start, end] = await forClient(() => {
    // Of several mistakes the first TSUID's is told before those of the times.
    if (wanted.tsuids?.length) hexToUid(wanted.tsuids[0]);
    return Promise.resolve([time(call, wanted.startTime), wanted.endTime ? time(call, wanted.endTime) : Date.now()]);
  });
  let deleted = 0;
  for (const tsuid of wanted.tsuids ?? []) {
    deleted += await forClient(() => {
      hexToUid(tsuid); // an empty one is a mistake, and doesn't stand for the global ones
      return store.deleteRange(tsuid, start, end);
    });
  }
  if (wanted.global) deleted += await forClient(() => store.deleteRange('', start, end));
  const tsuids = wanted.tsuids === null ? 'null' : JSON.stringify(wanted.tsuids);
  call.sendJson(200, `{"tsuids":${tsuids},"global":${wanted.global},"startTime":${start},"endTime":${end},"totalDeleted":${deleted}}`);
}

/** `/api/annotations`: GET lists the global ones of a time range, other verbs are as at `/api/annotation`. Mirrors AnnotationRpc. */
export async function annotations(call: HttpCall): Promise<void> {
  if (call.path[1]?.toLowerCase() === 'bulk') return bulk(call);
  if (call.effectiveMethod() !== 'GET') return annotation(call);
  const { startTime = 0, endTime } = readNote(call, 'getEndTime()');
  // Without an end the original takes the current time in milliseconds for seconds: everything from the start on.
  const notes = call.tsd.meta.annotations.global(startTime, endTime ?? Math.floor(Date.now() / 1000));
  await forClient(() => call.sendJsonParts(200, listJson(notes, call.signal)));
}

/** A list in parts, as it is read. */
async function* listJson(notes: AsyncIterable<Annotation>, signal: AbortSignal): AsyncGenerator<string> {
  const slice = new TimeSlice(signal);
  let part = '[';
  let comma = '';
  for await (const note of notes) {
    part += comma + annotationJson(note);
    comma = ',';
    if (slice.isOver()) await slice.next();
    if (part.length <= PART) continue;
    yield part;
    part = '';
  }
  yield `${part}]`;
}
