import type { HttpCall } from '../types';

const JSON_SERIALIZER = {
  formatters: [
    'AggregatorsV1',
    'ConfigV1',
    'DropCachesV1',
    'FilterConfigV1',
    'JVMStatsV1',
    'PutV1',
    'QueryAsyncV1',
    'QueryStatsV1',
    'RegionStatsV1',
    'SerializersV1',
    'StatsV1',
    'SuggestV1',
    'ThreadStatsV1',
    'UidAssignV1',
    'UidRenameV1',
    'VersionV1',
  ],
  serializer: 'json',
  parsers: ['PutV1', 'QueryV1', 'SuggestV1', 'UidAssignV1', 'UidRenameV1'],
  class: 'net.opentsdb.tsd.HttpJsonSerializer',
  response_content_type: 'application/json; charset=UTF-8',
  request_content_type: 'application/json',
};

/** `/api/serializers`: the formats there are. Mirrors HttpQuery.Serializers, which 2.4.1 documents and forgets to register. */
export function serializers(call: HttpCall): void {
  call.allowMethods('GET', 'POST');
  call.sendJson(200, JSON.stringify([JSON_SERIALIZER]));
}
