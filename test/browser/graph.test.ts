import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { describeWithPrograms } from '../clients/support/needs';
import { ask, json } from '../server/support/client';
import { until } from '../support/until';
import { browserProgram, fitsWidth, fragmentOf, graphOf, legendOf, shows, WIDTHS, type OpenPage } from './support/browser';
import { BrowserSuite } from './support/suite';

describeWithPrograms('the graph', [browserProgram()], () => {
  const suite = new BrowserSuite();

  describe.each(WIDTHS)('at %d pixels', (width) => {
    const go = (fragment: string, script?: string): Promise<OpenPage['page']> => suite.open(`/#${fragment}`, width, { script });

    it("opens the original's bookmarks", async () => {
      const page = await go('start=1h-ago&m=sum:1m-avg:sys.cpu.user%7Bhost=*%7D&o=axis%20x1y2&yrange=%5B0:%5D&wxh=900x400&autoreload=15');
      await graphOf(page);
      expect(await legendOf(page)).toEqual([
        'sys.cpu.user{dc=ams, host=web01}',
        'sys.cpu.user{dc=ams, host=web02}',
        'sys.cpu.user{dc=fra, host=db01}',
      ]);
      expect(await page.getByLabel('Right axis', { exact: true }).isChecked()).toBe(true);
      expect(await page.getByRole('textbox', { name: 'Interval', exact: true }).inputValue()).toBe('1m');
      expect(await page.getByLabel('every').isChecked()).toBe(true);
    });

    it('asks by the form: suggested names, filters, group by, downsampling, rate, the right axis', async () => {
      const page = await go('start=1h-ago');
      await page.getByRole('combobox', { name: 'Metric' }).pressSequentially('sys');
      // not those that were offered for less
      await shows(() => page.getByRole('listbox', { name: 'Metric' }).getByRole('option').allTextContents(), ['sys.cpu.user']);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await graphOf(page);
      expect(await legendOf(page)).toEqual(['sys.cpu.user']);
      // tags that were merged are offered
      await page.getByRole('button', { name: 'by dc' }).click();
      await until(async () => (await legendOf(page)).length === 2);
      expect(await legendOf(page)).toEqual(['sys.cpu.user{dc=ams}', 'sys.cpu.user{dc=fra, host=db01}']);
      await page.getByLabel('Kind of filter').selectOption('not_literal_or');
      await page.getByRole('combobox', { name: 'Value' }).fill('ams');
      await page.keyboard.press('Enter');
      await until(async () => (await legendOf(page)).join() === 'sys.cpu.user{dc=fra, host=db01}');
      await page.getByLabel('Downsample').check();
      await page.getByRole('textbox', { name: 'Interval', exact: true }).fill('5m');
      await page.getByRole('textbox', { name: 'Interval', exact: true }).press('Enter');
      await page.getByLabel('Function').selectOption('max');
      await page.getByLabel('Fill').selectOption('null');
      await page.getByLabel('Rate').check();
      await page.getByLabel('counter').check();
      await page.getByLabel('Max', { exact: true }).fill('1000');
      await page.getByLabel('Max', { exact: true }).press('Enter');
      await page.getByLabel('Right axis', { exact: true }).check();
      await shows(
        async () => fragmentOf(page),
        '#start=1h-ago&m=sum:5m-max-null:rate{counter,1000}:sys.cpu.user{dc=not_literal_or(ams)}&o=axis+x1y2',
      );
      await graphOf(page);
    });

    it('takes what is typed and pressed before the next frame', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user', LATE_FRAMES);
      await graphOf(page);
      await page.getByLabel('Downsample').check();
      await page.getByRole('textbox', { name: 'Interval', exact: true }).fill('5m');
      await page.getByRole('textbox', { name: 'Interval', exact: true }).press('Enter');
      await shows(async () => fragmentOf(page), '#start=1h-ago&m=sum:5m-avg:sys.cpu.user');
      // the second key is about what the first one has made
      await page.locator('.chart').press('+');
      await page.locator('.chart').press('+');
      await shows(async () => Math.round(spanOf(page) / 60), 15);
    });

    it('goes back and forward through what was shown', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user');
      await graphOf(page);
      await page.getByRole('button', { name: '6 h', exact: true }).click();
      await until(() => fragmentOf(page).includes('start=6h-ago'));
      const from = page.getByRole('textbox', { name: 'From', exact: true });
      await page.goBack();
      await until(async () => (await from.inputValue()) === '1h-ago');
      await page.goForward();
      await until(async () => (await from.inputValue()) === '6h-ago');
    });

    it('zooms by a drag, and by keys', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user');
      await graphOf(page);
      const plot = (await page.locator('.u-over').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      await page.mouse.move(plot.x + plot.width * 0.25, plot.y + 50);
      await page.mouse.down();
      await page.mouse.move(plot.x + plot.width * 0.75, plot.y + 60, { steps: 4 });
      await page.mouse.up();
      await until(() => spanOf(page) > 0);
      const span = spanOf(page);
      expect(Math.abs(span - 1800)).toBeLessThan(60);
      await graphOf(page);
      await page.locator('.chart').press('-');
      await until(() => spanOf(page) !== span);
      expect(Math.abs(spanOf(page) - 3600)).toBeLessThan(120);
    });

    it('tells the values of all series at the pointer', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user{host=*}');
      await graphOf(page);
      await page.locator('.u-over').hover({ position: { x: 60, y: 60 } });
      await page.locator('.tooltip').waitFor();
      await shows(() => page.locator('.tooltip tr').count(), 3);
      await page.mouse.move(2, 2);
      await page.locator('.tooltip').waitFor({ state: 'detached' });
      // and by the keyboard
      await page.locator('.chart').focus();
      await page.keyboard.press('ArrowRight');
      await page.locator('.tooltip').waitFor();
    });

    it('hides, isolates and sorts in the legend', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user{host=*}');
      await graphOf(page);
      const pressed = (): Promise<(string | null)[]> => attributesOf(page.locator('.legend tbody button'), 'aria-pressed');
      await page.locator('.legend tbody button').first().click();
      await shows(pressed, ['false', 'true', 'true']);
      await page
        .locator('.legend tbody button')
        .nth(1)
        .click({ modifiers: ['Control'] });
      await shows(pressed, ['false', 'true', 'false']);
      await page.getByRole('button', { name: 'Show all' }).click();
      await shows(pressed, ['true', 'true', 'true']);
      await page.locator('.legend').getByRole('button', { name: 'last' }).click();
      await shows(
        () => legendOf(page),
        ['sys.cpu.user{dc=fra, host=db01}', 'sys.cpu.user{dc=ams, host=web02}', 'sys.cpu.user{dc=ams, host=web01}'],
      );
    });

    it('adds metrics, formulas and functions', async () => {
      const page = await go('start=1h-ago&m=sum:1m-sum:sys.cpu.user{dc=*}');
      await graphOf(page);
      await page.getByRole('button', { name: 'Add a metric' }).click();
      await page.getByRole('combobox', { name: 'Metric' }).fill('net.bytes');
      await page.keyboard.press('Enter');
      await page.getByText('Expressions', { exact: true }).click();
      await page.getByRole('button', { name: 'Formula', exact: true }).click();
      await page.getByRole('textbox', { name: 'Formula 1', exact: true }).fill('a * 2');
      await page.getByRole('textbox', { name: 'Formula 1', exact: true }).press('Enter');
      await page.getByRole('button', { name: 'Function', exact: true }).click();
      await page.getByRole('textbox', { name: 'Function 1', exact: true }).fill('alias(scale(sum:1m-avg:sys.cpu.user,10),ten)');
      await page.getByRole('textbox', { name: 'Function 1', exact: true }).press('Enter');
      await until(async () => (await legendOf(page)).length === 6);
      const names = await legendOf(page);
      expect(names).toContain('net.bytes');
      expect(names).toContain('a * 2{dc=ams}');
      expect(names.some((name) => name.startsWith('ten'))).toBe(true);
      await page.reload();
      await until(async () => (await legendOf(page)).join() === names.join());
    });

    it('shows a table, and saves CSV', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user{host=*}&view=table');
      await page.locator('.table-view tbody tr').first().waitFor();
      expect(await page.locator('.table-view tbody tr').count()).toBe(100);
      await page.getByRole('button', { name: 'Older' }).click();
      await shows(() => page.locator('.table-view tbody tr').count(), 18);
      await page.getByRole('button', { name: 'Share' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save CSV' }).click()]);
      const lines = readFileSync(await download.path(), 'utf8')
        .trim()
        .split('\r\n');
      expect(lines[0]).toBe(
        'timestamp_ms,time,"sys.cpu.user{dc=ams, host=web01}","sys.cpu.user{dc=ams, host=web02}","sys.cpu.user{dc=fra, host=db01}"',
      );
      expect(lines).toHaveLength(119);
      expect(lines[1]).toMatch(/^\d{13},[-0-9]{10} [:0-9]{8},20,40,60$/);
    });

    it('copies what it asks as curl and as JSON, and the link of an image', async () => {
      const page = await go("start=1h-ago&m=sum:1m-avg:sys.cpu.user{host=*}&title=it's+50%25");
      await graphOf(page);
      await page.getByRole('button', { name: 'Share' }).click();
      const copied = async (name: string): Promise<string> => {
        await page.evaluate("navigator.clipboard.writeText('')");
        await page.getByRole('button', { name }).click();
        let text = '';
        await until(async () => (text = await page.evaluate<string>('navigator.clipboard.readText()')) !== '');
        return text;
      };
      const body = await copied('Copy as JSON');
      expect(await copied('Copy as curl')).toBe(
        `curl -s -H 'Content-Type: application/json' 'http://127.0.0.1:${suite.tsd.port}/api/query' -d '${JSON.stringify(JSON.parse(body))}'`,
      );
      const answer = json(await ask(suite.tsd.port, '/api/query', { method: 'POST', body }));
      expect(answer).toHaveLength(3);
      const image = await copied('Copy image link');
      expect((await ask(suite.tsd.port, image.slice(image.indexOf('/q')))).headers['content-type']).toBe('image/png');
      expect(image).toBe(
        `http://127.0.0.1:${suite.tsd.port}/q?start=1h-ago&m=sum%3A1m-avg%3Asys.cpu.user%7Bhost%3D*%7D&title=it%20s%2050%2525&png`,
      );
    });

    it('shows what the TSD refuses, in its words, and what of an address is no query', async () => {
      const page = await go('start=1h-ago&m=sum:no.such.metric');
      await page.locator('.error').getByText("No such name for 'metrics': 'no.such.metric'").waitFor();
      await page.getByRole('combobox', { name: 'Metric' }).fill('sys.cpu.user');
      await page.keyboard.press('Enter');
      await graphOf(page);
      await shows(() => page.locator('.error').count(), 0);
      await page.goto(`http://127.0.0.1:${suite.tsd.port}/#start=1h-ago&m=sum:sys.cpu.user&m=sum`);
      await page.locator('.warning').getByText('m=sum').waitFor();
    });

    it('says so when there are no points', async () => {
      const page = await go('start=2001/01/01&end=2001/01/02&tz=UTC&m=sum:sys.cpu.user');
      await page.getByText('No points between these times').waitFor();
    });

    it('picks a time from the calendar, and takes dates in the zone that it shows', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user');
      await page.getByRole('button', { name: 'Pick from' }).click();
      await page.getByLabel(/Date and time in Asia/).fill('2026-01-31T05:30:00');
      await page.getByRole('button', { name: '+1h' }).click();
      await page.getByRole('button', { name: 'Set', exact: true }).click();
      await until(() => fragmentOf(page).includes(`start=${Date.UTC(2026, 0, 31, 1) / 1000}`));
      const from = page.getByRole('textbox', { name: 'From', exact: true });
      await shows(() => from.inputValue(), '2026/01/31-06:30:00');
      await from.fill('00:30');
      await from.press('Enter');
      await until(async () => /^20\d\d\/\d\d\/\d\d-00:30:00$/.test(await from.inputValue()));
      await page.getByRole('textbox', { name: 'To', exact: true }).fill('2026/02/01 05:30');
      await page.getByRole('textbox', { name: 'To', exact: true }).press('Enter');
      await until(() => fragmentOf(page).includes(`end=${Date.UTC(2026, 1, 1) / 1000}`));
    });

    it('draws every style, both axes, logarithmic ones, and the key in every place', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user{dc=*}&m=sum:net.bytes&o=&o=axis+x1y2');
      await graphOf(page);
      await page.getByText('Axes, key and style').click();
      for (const style of ['lines', 'points', 'circles', 'dots', 'stacked', 'linespoint']) {
        await page.getByLabel('Lines').selectOption(style);
        await graphOf(page);
      }
      await page.getByLabel('smooth').check();
      await page.getByLabel('logarithmic').first().check();
      await page.getByRole('textbox', { name: 'Range', exact: true }).first().fill('[1:1000]');
      await page.getByRole('textbox', { name: 'Range', exact: true }).first().press('Enter');
      await page.getByRole('textbox', { name: 'Format', exact: true }).last().fill('%.1s%c');
      await page.getByRole('textbox', { name: 'Format', exact: true }).last().press('Enter');
      await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Load');
      await page.getByRole('textbox', { name: 'Title', exact: true }).press('Enter');
      await page.getByRole('heading', { name: 'Load' }).waitFor();
      const places = await attributesOf(page.getByLabel('Place').locator('option'), 'value');
      expect(places).toHaveLength(17);
      for (const place of places) {
        await page.getByLabel('Place').selectOption(place);
        await page.locator('.legend').waitFor();
        expect([place, await fitsWidth(page)]).toEqual([place, true]);
      }
      await graphOf(page);
      await until(() => fragmentOf(page).includes('ylog') && fragmentOf(page).includes('yrange=[1:1000]'));
    });

    it('fits the width', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user{host=*}&m=sum:net.bytes');
      await graphOf(page);
      expect(await fitsWidth(page)).toBe(true);
    });

    it('asks again by itself, and on demand', async () => {
      const page = await go('start=1h-ago&m=sum:sys.cpu.user');
      await graphOf(page);
      let asked = 0;
      page.on('request', (request) => void (request.url().includes('/api/query') && asked++));
      await page.getByRole('button', { name: 'Reload' }).click();
      await until(() => asked === 1);
      await page.locator('.chart').press('r');
      await until(() => asked === 2);
      await page.clock.install();
      await page.getByLabel('every').check();
      await graphOf(page);
      await page.clock.runFor(16_000);
      await until(() => asked >= 3);
    });
  });
});

/** A browser in which frames and timers are late: of a machine that has much else to do. */
const LATE_FRAMES = `{
  const { setTimeout } = window;
  window.setTimeout = (f, ms = 0, ...args) => setTimeout(f, ms + 300, ...args);
  window.requestAnimationFrame = (f) => setTimeout(f, 300);
}`;

/** Seconds between the ends of the range in the address; NaN: it does not say both. */
function spanOf(page: OpenPage['page']): number {
  const [, start, end] = /start=(\d+)&end=(\d+)/.exec(fragmentOf(page)) ?? [];
  return Number(end) - Number(start);
}

const attributesOf = async (elements: Locator, name: string): Promise<(string | null)[]> =>
  Promise.all((await elements.all()).map((element) => element.getAttribute(name)));
