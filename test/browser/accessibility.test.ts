import { readFileSync } from 'node:fs';
import { describeWithPrograms } from '../clients/support/needs';
import { startServed, type ServedDaemon } from '../support/served-daemon';
import { browserProgram, graphOf, TestBrowser, WIDTHS, type OpenPage } from './support/browser';
import { putRecent } from './support/data';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds that keeps people from using a page: rule and elements. */
async function findings(page: OpenPage['page']): Promise<string[]> {
  return page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary)))`,
  );
}

describeWithPrograms('accessibility', [browserProgram()], () => {
  let tsd: ServedDaemon;
  let browser: TestBrowser;
  beforeAll(async () => {
    tsd = await startServed();
    await putRecent(tsd.port);
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser?.close();
    await tsd?.stop();
  });

  const places: [string, (page: OpenPage['page']) => Promise<unknown>][] = [
    [
      'start=1h-ago&m=sum:5m-avg:rate%7Bcounter%7D:sys.cpu.user{host=*}&formula=a',
      async (page) => {
        await graphOf(page);
        await page.getByText('Axes, key and style').click();
        await page.getByText('Rollups, percentiles and more').click();
        await page.getByRole('button', { name: 'Share' }).click();
        await page.locator('.chart').focus();
        await page.keyboard.press('ArrowRight');
      },
    ],
    ['start=1h-ago&m=sum:sys.cpu.user&view=table', (page) => page.locator('.table-view tbody tr').first().waitFor()],
    ['start=1h-ago&m=sum:no.such', (page) => page.locator('.error').waitFor()],
    ['', (page) => page.getByText('Choose a metric').waitFor()],
    [
      'start=1h-ago&m=sum:sys.cpu.user&tab=0',
      async (page) => {
        await graphOf(page);
        await page.getByRole('button', { name: 'Annotate' }).click();
        await page.getByRole('button', { name: 'take this moment' }).click();
      },
    ],
    ['stats', (page) => page.locator('tbody tr').first().waitFor()],
    ['logs', (page) => page.locator('.log li').first().waitFor()],
    ['cluster', (page) => page.getByText('points stored').waitFor()],
    ['version', (page) => page.getByText('Revision', { exact: true }).waitFor()],
  ];
  describe.each(WIDTHS)('at %d pixels', (width) => {
    it.each(places)('#%s has nothing that keeps people out', async (fragment, settle) => {
      const { page, close } = await browser.open(tsd.port, `/#${fragment}`, width);
      await settle(page);
      await page.evaluate(AXE);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect([colorScheme, await findings(page)]).toEqual([colorScheme, []]);
      }
      await close();
    });
  });
});
