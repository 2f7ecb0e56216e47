import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ask } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
});
afterAll(() => tsd.stop());

/** Files of a page in the static root, as `bin/build` puts them into the packaged one. */
function writePage(): void {
  mkdirSync(join(tsd.staticRoot, 'page'), { recursive: true });
  writeFileSync(join(tsd.staticRoot, 'page', 'index.html'), '<!doctype html><title>OpenTSDB</title>the page');
  writeFileSync(join(tsd.staticRoot, 'page', 'page-1.js'), 'const page = 1;');
}

it('serves the page, which may load and run nothing but what comes from this TSD', async () => {
  writePage();
  const { status, headers, text } = await ask(tsd.port, '/');
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=UTF-8', 'no-cache']);
  expect(text).toContain('the page');
  expect(headers['content-security-policy']).toBe(
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  );
});

it('serves the files of the page for a year, compressed for those who take it', async () => {
  writePage();
  const plain = await ask(tsd.port, '/s/page/page-1.js');
  expect([plain.headers['content-type'], plain.headers['cache-control'], plain.text]).toEqual([
    'text/javascript',
    'max-age=31536000',
    'const page = 1;',
  ]);
  const packed = await ask(tsd.port, '/s/page/page-1.js', { headers: { 'Accept-Encoding': 'gzip' } });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.body).toString()).toBe('const page = 1;');
});

it('serves no file of another place as one of the page', async () => {
  writePage();
  symlinkSync('/etc/passwd', join(tsd.staticRoot, 'page', 'users.js'));
  for (const path of ['/s/page/users.js', '/s/page/', '/s/page', '/s/page/nosuch.js', '/s/page//etc/passwd', '/s/page/.%2e/favicon.ico']) {
    expect([path, (await ask(tsd.port, path)).status]).toEqual([path, 404]);
  }
});

it("serves the original's page where the static root has it, and lets it make its scripts", async () => {
  writePage();
  const script = join(tsd.staticRoot, 'queryui.nocache.js');
  writeFileSync(script, 'compiled');
  try {
    const { text, headers } = await ask(tsd.port, '/');
    expect(text).toContain('src="s/queryui.nocache.js"');
    expect(text).toContain('id="queryuimain"');
    expect(headers['content-security-policy']).toContain("script-src 'self' 'unsafe-inline' 'unsafe-eval'");
  } finally {
    rmSync(script);
  }
});
