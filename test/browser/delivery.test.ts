import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describeWithPrograms } from '../clients/support/needs';
import { ask } from '../server/support/client';
import { startServed, type ServedDaemon } from '../support/served-daemon';
import { until } from '../support/until';
import { browserProgram, TestBrowser } from './support/browser';

const FILES = join(__dirname, '..', '..', 'static', 'page');
/** Of the whole page, gzipped. */
const MOST_BYTES = 300_000;

describeWithPrograms('what the browser is sent', [browserProgram()], () => {
  let tsd: ServedDaemon;
  let browser: TestBrowser;
  beforeAll(async () => {
    tsd = await startServed();
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser?.close();
    await tsd?.stop();
  });

  it('is small', () => {
    const sizes = readdirSync(FILES).map((name) => gzipSync(readFileSync(join(FILES, name))).length);
    expect(sizes).toHaveLength(4);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(MOST_BYTES);
  });

  it('has nothing inline, and names files of this TSD only', async () => {
    const { text } = await ask(tsd.port, '/');
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|https?:/i);
    const scripts = [...text.matchAll(/<script[^>]*>([^<]*)/g)];
    expect(scripts.map(([, inline]) => inline)).toEqual(['']);
    for (const [, path] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      if (path !== 'favicon.ico') expect([path, (await ask(tsd.port, `/${path}`)).status]).toEqual([path, 200]);
    }
  });

  it('lets no script in that is not a file of this TSD', async () => {
    const { page, complaints, close } = await browser.open(tsd.port, '/', 1280);
    await page.getByRole('heading', { name: 'No data yet' }).waitFor();
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.broken = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.broken = true">');
    }`);
    await until(() => complaints.some((text) => text.includes('inline script')) && complaints.some((text) => text.includes('data:,')));
    expect(await page.evaluate('window.broken')).toBeUndefined();
    await close();
  });

  it('is all that the page needs: three files and the API', async () => {
    const { page, complaints, close } = await browser.open(tsd.port, '/', 1280);
    await page.getByRole('heading', { name: 'No data yet' }).waitFor();
    const loaded = await page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)");
    const files = loaded.filter((path) => path.startsWith('/s/')).map((path) => path.replace(/[0-9a-f]{16}/, 'HASH'));
    expect(files.sort()).toEqual(['/s/page/page-HASH.css', '/s/page/page-HASH.js']);
    expect(complaints).toEqual([]);
    await close();
  });
});
