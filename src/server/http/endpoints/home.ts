import { page } from '../html';
import { findStaticFile, PAGE_FILES } from '../static-files';
import type { HttpCall } from '../types';

const HTML = 'text/html; charset=UTF-8';

/** The page needs nothing but files of this TSD and its answers: no script, style or text of another place is ever run or loaded. */
const PAGE_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/** The original's page, which is compiled Java, makes scripts of texts and styles of its own. */
const ORIGINAL_POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; object-src 'none'";
const ORIGINAL_SCRIPT = 'queryui.nocache.js';

const LINKS: readonly (readonly [path: string, what: string])[] = [
  ['api/query', 'queries'],
  ['api/suggest?type=metrics', 'metric names'],
  ['aggregators', 'aggregators'],
  ['stats', 'statistics'],
  ['logs', 'the last log lines'],
  ['api/config', 'the configuration'],
  ['version', 'the version'],
];

/**
 * `/`: the page of this program; that of the original where `tsd.http.staticroot` has it; links where there is neither (a build without
 * the page). Mirrors RpcManager.HomePage.
 */
export async function home(call: HttpCall): Promise<void> {
  const { settings } = call.tsd;
  if ((await findStaticFile(settings, ORIGINAL_SCRIPT)) !== null) {
    const shell = `<script type="text/javascript" language="javascript" src="s/${ORIGINAL_SCRIPT}"></script><div id="queryuimain"></div>`;
    call.sendPageFile(HTML, Buffer.from(page('OpenTSDB', 'Time Series Database', shell)), 'no-cache', ORIGINAL_POLICY);
    return;
  }
  const built = await findStaticFile(settings, `${PAGE_FILES}index.html`);
  if (built !== null) return call.sendPageFile(HTML, built.bytes, 'no-cache', PAGE_POLICY);
  const items = LINKS.map(([path, what]) => `<li><a href="${path}">/${path}</a> ${what}</li>`).join('');
  call.sendText(200, HTML, page('OpenTSDB', 'OpenTSDB', `<ul>${items}</ul>`));
}
