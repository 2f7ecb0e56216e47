import { selectionOf, TS_META, TsMetaDraft, tsMetaJson, tsuidOf, type TsMeta } from '../../../meta';
import { readBody } from '../../../json';
import { hexToUid, uidToHex } from '../../../schema';
import { NoSuchUniqueName } from '../../../uid';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';
import { parseJavaFloat } from '../../../util/java-number-text';
import { bulkyParts, readBulky } from '../bulky-parts';
import { nullPointer } from '../json-body';
import { forClient } from '../metadata-errors';
import { parseSeries, type NamedTags } from '../series-text';
import { methodNotAllowed, type HttpCall } from '../types';

const UNKNOWN = { unknown: 'Unable to find one or more UIDs' };
const TEXTS = { displayName: 'display_name', description: 'description', notes: 'notes', units: 'units', dataType: 'data_type' } as const;

/** A field of a query string; those that are empty are not looked at. @throws ClientError 400 when it is no such number */
function numberParam(call: HttpCall, name: string, parse: (text: string) => number | null, set: (value: number) => void): void {
  const text = call.param(name);
  if (text === null || text === '') return;
  let value: number | null;
  try {
    value = parse(text);
  } catch (e) {
    if (!(e instanceof IllegalArgumentError)) throw e;
    value = null;
  }
  if (value === null) throw new ClientError(400, `Unable to parse '${name}' value`);
  set(value);
}

function fromParams(call: HttpCall): TsMetaDraft {
  const draft = new TsMetaDraft(call.param('tsuid'));
  for (const [field, param] of Object.entries(TEXTS)) {
    const text = call.param(param);
    if (text) draft.fields.set(field as keyof typeof TEXTS, text);
  }
  numberParam(call, 'retention', parseInt32, (days) => draft.fields.set('retention', days));
  // By URI the original reads floats, in a body doubles.
  numberParam(call, 'max', parseJavaFloat, (max) => draft.fields.set('max', max));
  numberParam(call, 'min', parseJavaFloat, (min) => draft.fields.set('min', min));
  return draft;
}

/** @throws ClientError */
function readDraft(call: HttpCall): TsMetaDraft {
  if (call.body.length === 0) return fromParams(call);
  const draft = readBody(call.bodyText(), TS_META, call.tsd.settings.body.json);
  if (draft === null) throw nullPointer();
  return draft;
}

/** The series that `m` names. @throws ClientError 400 */
const seriesParam = (call: HttpCall): Promise<NamedTags> => {
  const text = call.requiredParam('m');
  return forClient(() => parseSeries(text));
};

/** `/api/uid/tsmeta`: what is known of series, read, written or removed. Mirrors UniqueIdRpc.handleTSMeta. */
export async function tsMeta(call: HttpCall): Promise<void> {
  const { tsMetas } = call.tsd.meta;
  const method = call.effectiveMethod();
  switch (method) {
    case 'GET':
      return call.hasParam('tsuid') ? getOne(call, call.param('tsuid') ?? '') : list(call);
    case 'POST':
    case 'PUT': {
      const draft = readDraft(call);
      const meta = await (draft.tsuid
        ? forClient(() => tsMetas.save(draft, method === 'PUT'), UNKNOWN)
        : saveNamed(call, draft, method === 'PUT'));
      return meta === null ? call.sendEmpty(304) : call.sendJson(200, tsMetaJson(meta));
    }
    case 'DELETE': {
      const { tsuid } = readDraft(call);
      await forClient(() => tsMetas.delete(tsuid), { message: 'Unable to delete TSMeta information' });
      return call.sendEmpty(204);
    }
    default:
      throw methodNotAllowed(call.method);
  }
}

async function getOne(call: HttpCall, tsuid: string): Promise<void> {
  const json = await readBulky(call, async () => {
    const meta = await forClient(() => call.tsd.meta.tsMetas.get(hexToUid(tsuid)), UNKNOWN);
    return meta && tsMetaJson(meta);
  });
  if (json === null) throw new ClientError(404, 'Could not find Timeseries meta data');
  call.sendJson(200, json);
}

/** The metadata of all series that have a metric and some tags. */
async function list(call: HttpCall): Promise<void> {
  const { metric, tags } = await seriesParam(call);
  if (metric === '') throw new ClientError(500, 'Metric cannot be null or empty');
  let selection;
  try {
    selection = await selectionOf(call.tsd.uids, metric, tags);
  } catch (e) {
    if (!(e instanceof NoSuchUniqueName)) throw e;
    throw new ClientError(404, 'Unable to find one of the UIDs', e.message, { cause: e });
  }
  return call.sendJsonParts(200, listJson(call, call.tsd.meta.tsMetas.list(selection, { signal: call.signal })), 'strict');
}

async function* listJson(call: HttpCall, batches: AsyncIterable<TsMeta[]>): AsyncGenerator<string> {
  yield '[';
  yield* bulkyParts(call, batches, tsMetaJson);
  yield ']';
}

/**
 * Writes what is known of the one series that has the tags of `m` and no others; of a series of which nothing is known only with `create=true`.
 * @throws ClientError, NoSuchUniqueName
 */
async function saveNamed(call: HttpCall, draft: TsMetaDraft, replace: boolean): Promise<TsMeta | null> {
  const { uids, meta } = call.tsd;
  const { metric, tags } = await seriesParam(call);
  const tsuid = tsuidOf(await selectionOf(uids, metric, tags));
  draft.tsuid = uidToHex(tsuid);
  if (!(await meta.tsMetas.exists(tsuid))) {
    if (call.param('create') !== 'true') throw new ClientError(400, 'Could not find TSMeta, specify "create=true" to create a new one.');
    if ((await forClient(() => meta.tsMetas.create(tsuid, draft.fields.values)), UNKNOWN)) {
      meta.growth?.add([tsuid]);
      return forClient(() => meta.tsMetas.get(tsuid), UNKNOWN);
    }
  }
  return forClient(() => meta.tsMetas.save(draft, replace), UNKNOWN);
}
