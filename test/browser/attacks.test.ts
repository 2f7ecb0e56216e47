import { describeWithPrograms } from '../clients/support/needs';
import { PackedCells } from '../../src/storage';
import { ask } from '../server/support/client';
import { startDaemon, type TestDaemon } from '../server/support/daemon';
import { browserProgram, graphOf, legendOf, TestBrowser, WIDTHS, type OpenPage } from './support/browser';
import { putPoints } from './support/data';

/** Runs where a page takes text for markup. */
const MARKUP = '<img src=x onerror=alert(1)>';
const SCRIPT = '"><script>alert(2)</script>';

describeWithPrograms('texts that were stored to attack', [browserProgram()], () => {
  let tsd: TestDaemon;
  let browser: TestBrowser;
  let open: OpenPage;

  /** Gives a UID another name, as only a direct write to the table can: the TSD itself refuses such names. */
  async function renameInTable(kind: 'metrics' | 'tagk' | 'tagv', from: string, to: string): Promise<void> {
    const { storage, uids } = tsd.daemon;
    const uid = await uids.getId(kind, from);
    const cells = (value: Buffer): PackedCells => PackedCells.of(Buffer.from(kind), value);
    await storage.put('tsdb-uid', Buffer.from('name'), [{ row: uid, cells: cells(Buffer.from(to, 'latin1')) }]);
    await storage.put('tsdb-uid', Buffer.from('id'), [{ row: Buffer.from(to, 'latin1'), cells: cells(uid) }]);
    await storage.delete('tsdb-uid', [{ row: Buffer.from(from), family: Buffer.from('id'), qualifiers: [Buffer.from(kind)] }]);
  }

  beforeAll(async () => {
    tsd = await startDaemon();
    const now = Math.floor(Date.now() / 1000);
    await putPoints(tsd.port, [
      { metric: 'plain', timestamp: now - 600, value: 1, tags: { key: 'value' } },
      { metric: 'plain', timestamp: now - 300, value: 2, tags: { key: 'value' } },
    ]);
    await renameInTable('metrics', 'plain', MARKUP);
    await renameInTable('tagk', 'key', SCRIPT);
    await renameInTable('tagv', 'value', MARKUP);
    await ask(tsd.port, '/api/dropcaches');
    const note = { startTime: now - 450, description: MARKUP, notes: SCRIPT, custom: { [MARKUP]: SCRIPT } };
    await ask(tsd.port, '/api/annotation', { method: 'POST', body: JSON.stringify(note) });
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser?.close();
    await tsd?.stop();
  });
  afterEach(async () => {
    const { page, complaints } = open;
    expect(await page.locator('img, body script').count()).toBe(0);
    await open.close();
    expect(complaints).toEqual([]);
  });

  describe.each(WIDTHS)('at %d pixels', (width) => {
    const go = async (fragment: string): Promise<OpenPage['page']> => {
      open = await browser.open(tsd.port, `/#${fragment}`, width);
      return open.page;
    };
    const metric = `mj=${encodeURIComponent(JSON.stringify({ metric: MARKUP, aggregator: 'sum' }))}`;

    it('stand as text in legend, pointer, table and form', async () => {
      const page = await go(`start=1h-ago&${metric}&global_annotations`);
      await graphOf(page);
      expect(await legendOf(page)).toEqual([`${MARKUP}{${SCRIPT}=${MARKUP}}`]);
      await page.locator('.u-over').hover({ position: { x: 200, y: 60 } });
      await page.locator('.tooltip').waitFor();
      await page.getByRole('button', { name: 'Table' }).click();
      await page.locator('.table-view thead').getByText(MARKUP).waitFor();
    });

    it('stand as text in annotations', async () => {
      const page = await go(`start=1h-ago&${metric}&global_annotations`);
      await page.locator('.flag').click();
      const dialog = page.getByRole('dialog', { name: 'Annotation' });
      expect(await dialog.getByLabel('What happened').inputValue()).toBe(MARKUP);
      expect(await dialog.getByLabel('Notes').inputValue()).toBe(SCRIPT);
      expect(await dialog.locator('.pairs').textContent()).toBe(MARKUP + SCRIPT);
    });

    it('stand as text among suggestions and in the search', async () => {
      const page = await go('start=1h-ago');
      await page.getByRole('button', { name: MARKUP }).waitFor();
      await page.keyboard.press('/');
      await page.getByLabel('Find metrics, tags and series').fill('<');
      await page.getByRole('button', { name: `series of ${MARKUP}` }).click();
      await page.getByText(`${SCRIPT}=${MARKUP}`).waitFor();
    });

    it('stand as text in errors, logs, queries and addresses', async () => {
      const page = await go(`start=1h-ago&title=${encodeURIComponent(SCRIPT)}&m=sum:${encodeURIComponent('<b>x</b>')}`);
      await page.locator('.error').getByText('<b>x</b>').waitFor();
      await page.getByRole('heading', { name: SCRIPT }).waitFor();
      await page.getByRole('link', { name: 'Logs' }).click();
      await page.locator('.log').getByText('<b>x</b>').first().waitFor();
      await page.getByRole('link', { name: 'Cluster' }).click();
      await page.getByText(/Finished queries/).click();
      await page.getByText('sum:<b>x</b>').first().waitFor();
      expect(await page.locator('b', { hasText: /^x$/ }).count()).toBe(0);
    });
  });
});
