import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeWithPrograms } from '../clients/support/needs';
import { ask } from '../server/support/client';
import { startServed, type ServedDaemon } from '../support/served-daemon';
import { browserProgram, fitsWidth, graphOf, legendOf, TestBrowser, WIDTHS, type OpenPage } from './support/browser';

const run = promisify(execFile);

describeWithPrograms('a newcomer', [browserProgram(), 'curl', 'bash'], () => {
  let browser: TestBrowser;
  let tsd: ServedDaemon;
  let open: OpenPage;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const { complaints } = open;
    await open.close();
    await tsd.stop();
    expect(complaints).toEqual([]);
  });

  /** What a command of the page does in a shell. */
  const ways: [string, (page: OpenPage['page']) => Promise<unknown>][] = [
    ['the curl line', async (page) => run('sh', ['-c', (await page.locator('.command pre').nth(0).textContent()) ?? ''])],
    ['the telnet line', async (page) => run('sh', ['-c', (await page.locator('.command pre').nth(1).textContent()) ?? ''])],
    ['the button', (page) => page.getByRole('button', { name: 'Send a point' }).click()],
  ];
  describe.each(WIDTHS)('at %d pixels', (width) => {
    it.each(ways)('sees the own point after %s that the page shows', async (_name, send) => {
      tsd = await startServed();
      open = await browser.open(tsd.port, '/', width);
      const { page } = open;
      await page.getByRole('heading', { name: 'No data yet' }).waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await send(page);
      await graphOf(page);
      expect((await legendOf(page))[0]).toMatch(/^my\.first\.metric\{host=/);
    });

    it('is told to make the metric first where the TSD wants that', async () => {
      tsd = await startServed({ 'tsd.core.auto_create_metrics': 'false' });
      open = await browser.open(tsd.port, '/', width);
      const { page } = open;
      await page.getByText('tsdb mkmetric my.first.metric').waitFor();
      expect(await page.getByRole('button', { name: 'Send a point' }).count()).toBe(0);
      await ask(tsd.port, '/api/uid/assign?metric=my.first.metric');
      await page.getByText('No points between these times').waitFor();
    });

    it('is told of a TSD that only reads', async () => {
      tsd = await startServed({ 'tsd.mode': 'ro' });
      open = await browser.open(tsd.port, '/', width);
      await open.page.getByText('This TSD only reads').waitFor();
    });
  });
});
