import type { AnnotationEdit } from '../../../meta/annotations';
import { JsonValue } from '../../../query/parse/json-binding';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';

/** The original's class, as its JSON library names it in messages. */
const ANNOTATION = 'net.opentsdb.meta.Annotation';

/** What a bulk delete asks for. */
export interface BulkDelete {
  startTime: string;
  endTime: string | null;
  tsuids: string[] | null;
  global: boolean;
}

/** The body's JSON; what is wrong with it is answered with the library's own text. @throws ClientError with this status */
function bound<T>(call: HttpCall, status: number, bind: (json: JsonValue | null) => T): T {
  try {
    return bind(JsonValue.parse(call.bodyText()));
  } catch (e) {
    if (!(e instanceof ClientError) || e.details === null) throw e;
    throw new ClientError(status, e.details, status === 500 ? null : e.details, { cause: e });
  }
}

/** The fields that differ from their defaults: what the original counts as changed. */
function edit(json: JsonValue): AnnotationEdit {
  const out: AnnotationEdit = {};
  for (const { key, value } of json.members(ANNOTATION)) {
    if (key === 'tsuid') out.tsuid = value.string() ?? undefined;
    else if (key === 'description') out.description = value.string() || undefined;
    else if (key === 'notes') out.notes = value.string() || undefined;
    else if (key === 'startTime') out.startTime = Number(value.long()) || undefined;
    else if (key === 'endTime') out.endTime = Number(value.long()) || undefined;
    else if (key === 'custom')
      out.custom = value.isNull
        ? undefined
        : new Map(value.members('java.util.LinkedHashMap').map((member) => [member.key, member.value.string()]));
  }
  return out;
}

/** @throws ClientError 500 for a body that is no annotation: the status is the original's */
export function readAnnotation(call: HttpCall): AnnotationEdit {
  return bound(call, 500, (json) => (json === null ? {} : edit(json)));
}

/** @throws ClientError */
export function readAnnotations(call: HttpCall): AnnotationEdit[] {
  return bound(call, 400, (json) => (json?.items() ?? []).map(edit));
}

/** @throws ClientError */
export function readBulkDelete(call: HttpCall): BulkDelete {
  return bound(call, 400, (json) => {
    const out: BulkDelete = { startTime: '', endTime: null, tsuids: null, global: false };
    for (const { key, value } of json?.members('net.opentsdb.tsd.AnnotationRpc$AnnotationBulkDelete') ?? []) {
      if (key === 'startTime') out.startTime = value.string() ?? '';
      else if (key === 'endTime') out.endTime = value.string();
      else if (key === 'tsuids') out.tsuids = value.items()?.map((item) => item.string() ?? '') ?? null;
      else if (key === 'global') out.global = value.boolean();
    }
    return out;
  });
}
