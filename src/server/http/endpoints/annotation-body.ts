import {
  bean,
  boolean,
  Changes,
  JsonError,
  jsonErrorText,
  list,
  long,
  map,
  readBody,
  readJson,
  string,
  strings,
  type Bind,
} from '../../../json';
import type { AnnotationEdit } from '../../../meta/annotations';
import { ClientError } from '../../../util/errors';
import { nullPointer } from '../json-body';
import type { HttpCall } from '../types';

const CUSTOM = map('java.util.LinkedHashMap', string);

type Texts = Required<Pick<AnnotationEdit, 'endTime' | 'description' | 'notes' | 'custom'>>;

/** An annotation while its body is read. */
class AnnotationDraft {
  tsuid: string | null = null;
  startTime = 0;
  readonly texts = new Changes<Texts>({ endTime: 0, description: '', notes: '', custom: null });

  /** Without the fields that were left out, or set to their defaults. */
  edit(): AnnotationEdit {
    const { values } = this.texts;
    return {
      tsuid: this.tsuid ?? '',
      startTime: this.startTime,
      ...(this.texts.has('endTime') && { endTime: values.endTime }),
      ...(this.texts.has('description') && { description: values.description }),
      ...(this.texts.has('notes') && { notes: values.notes }),
      ...(this.texts.has('custom') && { custom: values.custom }),
    };
  }
}

const ANNOTATION = bean<AnnotationDraft>({
  type: 'net.opentsdb.meta.Annotation',
  unknown: 'ignored',
  create: () => new AnnotationDraft(),
  setters: {
    tsuid: (note, json) => (note.tsuid = string(json)),
    startTime: (note, json) => (note.startTime = Number(long(json))),
    endTime: (note, json) => note.texts.set('endTime', Number(long(json))),
    description: (note, json) => note.texts.set('description', string(json)),
    notes: (note, json) => note.texts.set('notes', string(json)),
    custom: (note, json) => note.texts.set('custom', CUSTOM(json)),
  },
});

const ANNOTATIONS = list(ANNOTATION);

/** What a bulk delete asks for. */
export interface BulkDelete {
  startTime: string;
  endTime: string | null;
  tsuids: string[] | null;
  global: boolean;
}

// A misspelt end would be no end, and everything from the start on would go: the original is strict here.
const BULK_DELETE = bean<BulkDelete>({
  type: 'net.opentsdb.tsd.AnnotationRpc$AnnotationBulkDelete',
  unknown: 'refused',
  create: () => ({ startTime: '', endTime: null, tsuids: null, global: false }),
  setters: {
    endTime: (bulk, json) => (bulk.endTime = string(json)),
    tsuids: (bulk, json) => (bulk.tsuids = strings(json)?.map((tsuid) => tsuid ?? '') ?? null),
    global: (bulk, json) => (bulk.global = boolean(json)),
    totalDeleted: (_bulk, json) => long(json),
    startTime: (bulk, json) => (bulk.startTime = string(json) ?? ''),
  },
});

const NULL_BULK = 'Cannot read field "start_time" because "x0" is null';

/** @throws ClientError 413 */
function checkAnnotationCount({ tsd }: HttpCall, count: number): void {
  const limit = tsd.settings.body.maxAnnotations;
  if (count > limit)
    throw new ClientError(413, 'Too many annotations', `A request may have annotations or TSUIDs up to the limit of ${limit}`);
}

/** A body whose errors are answered with the text of the library as the message. @throws ClientError with this status */
function bound<T>(call: HttpCall, status: 400 | 500, bind: Bind<T>): T {
  try {
    return readJson(call.bodyText(), bind, call.tsd.settings.body.json);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const text = jsonErrorText(error);
    throw new ClientError(status, text, status === 500 ? null : text, { cause: error });
  }
}

/**
 * @param use what the original would do with a null, and can't
 * @throws ClientError 500 for a body that is no annotation: the status is the original's
 */
export function readAnnotation(call: HttpCall, use: string): AnnotationEdit {
  const draft = bound(call, 500, ANNOTATION);
  if (draft !== null) return draft.edit();
  throw new ClientError(500, `java.lang.NullPointerException: Cannot invoke "net.opentsdb.meta.Annotation.${use}" because "note" is null`);
}

/** @throws ClientError 400; 500 for nulls */
export function readAnnotations(call: HttpCall): AnnotationEdit[] {
  const drafts = call.body.length === 0 ? readBody('', ANNOTATIONS) : bound(call, 400, ANNOTATIONS);
  if (drafts === null) throw nullPointer();
  checkAnnotationCount(call, drafts.length);
  return drafts.map((draft) => {
    if (draft === null) throw nullPointer();
    return draft.edit();
  });
}

/** @throws ClientError 400 */
export function readBulkDelete(call: HttpCall): BulkDelete {
  const bulk = bound(call, 400, BULK_DELETE);
  if (bulk === null) throw new ClientError(400, NULL_BULK, NULL_BULK);
  checkAnnotationCount(call, bulk.tsuids?.length ?? 0);
  return bulk;
}
