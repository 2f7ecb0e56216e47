import { page } from '../html';
import type { HttpCall } from '../types';

const LINKS: readonly (readonly [path: string, what: string])[] = [
  ['api/query', 'queries'],
  ['api/suggest?type=metrics', 'metric names'],
  ['aggregators', 'aggregators'],
  ['stats', 'statistics'],
  ['logs', 'the last log lines'],
  ['api/config', 'the configuration'],
  ['version', 'the version'],
];

/** `/`: what there is to see. Mirrors RpcManager.HomePage, whose page is all script. */
export function home(call: HttpCall): void {
  const items = LINKS.map(([path, what]) => `<li><a href="${path}">/${path}</a> ${what}</li>`).join('');
  call.sendText(200, 'text/html; charset=UTF-8', page('OpenTSDB', 'OpenTSDB', `<div id=queryuimain></div><ul>${items}</ul>`));
}
