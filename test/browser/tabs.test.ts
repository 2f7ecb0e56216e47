import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithPrograms } from '../clients/support/needs';
import { ask } from '../server/support/client';
import { startDaemon, type TestDaemon } from '../server/support/daemon';
import { startServed } from '../support/served-daemon';
import { until } from '../support/until';
import { browserProgram, fitsWidth, fragmentOf, graphOf, legendOf, WIDTHS, type OpenPage } from './support/browser';
import { putRecent } from './support/data';
import { BrowserSuite } from './support/suite';

describeWithPrograms('the other tabs and the search', [browserProgram()], () => {
  const suite = new BrowserSuite();

  describe.each(WIDTHS)('at %d pixels', (width) => {
    const go = (path: string): Promise<OpenPage['page']> => suite.open(path, width);

    it('shows and filters statistics', async () => {
      const page = await go('/#start=1h-ago&m=sum:sys.cpu.user');
      await page.getByRole('link', { name: 'Stats' }).click();
      await page.getByRole('rowheader', { name: 'tsd.uid.cache-hit' }).first().waitFor();
      await page.getByLabel('Filter statistics').fill('uid.ids-used kind=metrics');
      await until(async () => (await page.locator('tbody tr').count()) === 1);
      expect(await page.locator('tbody tr').textContent()).toMatch(/^tsd\.uid\.ids-used2/);
      expect(await fitsWidth(page)).toBe(true);
      // the graph is as it was left
      await page.getByRole('link', { name: 'Graph' }).click();
      await graphOf(page);
    });

    it('shows logs newest first, by level, and changes the level', async () => {
      const page = await go('/#logs');
      await page.locator('.log li').first().waitFor();
      await page.getByLabel('From now on log').selectOption('DEBUG');
      await page.getByText(/Set the log level to DEBUG on \d+ loggers/).waitFor();
      await page.locator('.log .level-debug').first().waitFor();
      await page.getByLabel('Show').selectOption('INFO');
      await page.locator('.log .level-debug').first().waitFor({ state: 'detached' });
      const times = await page.locator('.log time').allTextContents();
      expect(times).toEqual([...times].sort().reverse());
      await page.getByLabel('From now on log').selectOption('INFO');
      await page.getByText(/Set the log level to INFO/).waitFor();
      expect(await fitsWidth(page)).toBe(true);
    });

    it('shows the version', async () => {
      const page = await go('/#version');
      await page.getByText('Revision', { exact: true }).waitFor();
      expect(await page.locator('.pairs').textContent()).toContain('2.4.1');
    });

    it('shows how the cluster is', async () => {
      const page = await go('/#cluster');
      await page.getByText('points stored').waitFor();
      expect(await page.getByRole('region', { name: 'Write buffer' }).textContent()).toContain('256 MB');
      expect(await fitsWidth(page)).toBe(true);
    });

    it('stops a running query', async () => {
      // one that is held up on its way to storage runs until it is stopped
      const tsd = await startDaemon();
      await putRecent(tsd.port);
      const hold = holdQueries(tsd);
      const page = await suite.open('/#cluster', width, { port: tsd.port });
      try {
        const asked = page.evaluate<number>(
          "fetch('api/query?start=1h-ago&m=sum:sys.cpu.user%7Bhost%3D*%7D').then((answer) => answer.status)",
        );
        await page.getByText('sum:sys.cpu.user{host=wildcard(*)}').first().waitFor();
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByRole('region', { name: 'Running queries' }).getByText('None at this moment').waitFor();
        hold.release();
        expect(await asked).toBeGreaterThanOrEqual(400);
        expect(await fitsWidth(page)).toBe(true);
      } finally {
        hold.release();
        await page.goto('about:blank');
        await tsd.stop();
      }
    });

    it('finds metrics, tags and series', async () => {
      const page = await go('/#start=1h-ago');
      await page.getByText('Choose a metric').waitFor();
      await page.keyboard.press('/');
      await page.getByLabel('Find metrics, tags and series').fill('sys');
      await page.getByRole('dialog').getByRole('button', { name: 'sys.cpu.user', exact: true }).waitFor();
      await page.keyboard.press('Enter');
      await graphOf(page);
      // series of a metric, from its points
      await page.getByRole('button', { name: /^Find/ }).click();
      await page.getByLabel('Find metrics, tags and series').fill('net');
      await page.getByRole('dialog').getByRole('button', { name: 'series of net.bytes' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /host=db01/ })
        .click();
      await until(async () => (await legendOf(page)).length === 2);
      await until(() => /&m=sum:net\.bytes\{(?:dc=fra,host=db01|host=db01,dc=fra)\}&tab=1$/.test(fragmentOf(page)));
      // a tag leads to its series
      await page.keyboard.press('Control+k');
      await page.getByLabel('Find metrics, tags and series').fill('ho');
      await page.getByRole('dialog').getByRole('button', { name: 'host', exact: true }).click();
      await page.getByText('Series with the tag host').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    it('finds what the index of metadata knows, where there is one', async () => {
      const root = mkdtempSync(join(tmpdir(), 'search-'));
      const searching = await startServed({
        'tsd.search.enable': 'true',
        'tsd.search.path': root,
        'tsd.core.meta.enable_tsuid_tracking': 'true',
        'tsd.core.meta.enable_realtime_ts': 'true',
        'tsd.core.meta.enable_realtime_uid': 'true',
      });
      try {
        await putRecent(searching.port);
        const found = async (): Promise<boolean> =>
          (await ask(searching.port, '/api/search/tsmeta_summary?query=web01')).text.includes('"totalResults":2');
        await until(found);
        const page = await suite.open('/', width, { port: searching.port });
        await page.getByText('Choose a metric').waitFor();
        await page.keyboard.press('/');
        await page.getByLabel('Find metrics, tags and series').fill('web01');
        await page.getByRole('button', { name: /^sys\.cpu\.user.*host=web01.*series$/ }).click();
        await graphOf(page);
        expect(await legendOf(page)).toEqual(['sys.cpu.user{dc=ams, host=web01}']);
      } finally {
        await searching.stop();
        rmSync(root, { recursive: true, force: true });
      }
    });

    it('keeps the colours that were chosen', async () => {
      const page = await go('/#start=1h-ago&m=sum:sys.cpu.user');
      await graphOf(page);
      await page.getByRole('button', { name: 'Colours: auto' }).click();
      await page.getByRole('button', { name: 'Colours: light' }).click();
      await page.reload();
      await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
      expect(await page.evaluate('getComputedStyle(document.body).colorScheme')).toBe('dark');
    });
  });
});

/** Keeps every scan of the daemon's store waiting until it is released, or ended by who asked. */
function holdQueries(tsd: TestDaemon): { release(): void } {
  const { storage } = tsd.daemon;
  const scan = storage.scan.bind(storage);
  const held = new AbortController();
  jest.spyOn(storage, 'scan').mockImplementation(async function* (table, options) {
    const { signal } = options;
    await new Promise<void>((go, fail) => {
      held.signal.addEventListener('abort', () => go());
      signal?.addEventListener('abort', () => fail(signal.reason instanceof Error ? signal.reason : new Error('ended')));
    });
    yield* scan(table, options);
  });
  return {
    release: () => {
      held.abort();
      jest.restoreAllMocks();
    },
  };
}
