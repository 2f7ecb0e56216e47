import { describeWithPrograms } from '../clients/support/needs';
import { ask, json } from '../server/support/client';
import { until } from '../support/until';
import { browserProgram, fragmentOf, graphOf, WIDTHS } from './support/browser';
import { BrowserSuite } from './support/suite';

describeWithPrograms('annotations on the graph', [browserProgram()], () => {
  const suite = new BrowserSuite();

  it.each(WIDTHS)('are written, changed and removed at %d pixels', async (width) => {
    const page = await suite.open('/#start=1h-ago&m=sum:sys.cpu.user{host=*}', width);
    await graphOf(page);
    await page.getByRole('button', { name: 'Annotate' }).click();
    await page.locator('.u-over').click({ position: { x: 120, y: 60 } });
    const dialog = page.getByRole('dialog', { name: 'New annotation' });
    await dialog.getByLabel('What happened').fill('Deploy');
    await dialog.getByLabel('Notes').fill('version 4\nwith "quotes"');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const flag = page.getByRole('button', { name: /^Annotation: Deploy/ });
    await flag.waitFor();
    // a global one is seen only where global ones are shown
    await until(() => fragmentOf(page).includes('global_annotations'));
    const stored = async (): Promise<unknown> =>
      json(await ask(suite.tsd.port, `/api/annotations?start_time=1&end_time=${Math.floor(Date.now() / 1000)}`));
    expect(await stored()).toMatchObject([{ description: 'Deploy', notes: 'version 4\nwith "quotes"' }]);

    await flag.click();
    const edit = page.getByRole('dialog', { name: 'Annotation' });
    expect(await edit.getByLabel('What happened').inputValue()).toBe('Deploy');
    await edit.getByLabel('What happened').fill('Deploy of 4.2');
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: /^Annotation: Deploy of 4.2/ }).click();
    expect(await stored()).toMatchObject([{ description: 'Deploy of 4.2', notes: 'version 4\nwith "quotes"' }]);
    await edit.getByRole('button', { name: 'Delete' }).click();
    await until(async () => JSON.stringify(await stored()) === '[]');
    await page.locator('.flag').waitFor({ state: 'detached' });
  });

  it.each(WIDTHS)('belong to a series when they are told to at %d pixels, and end', async (width) => {
    const page = await suite.open('/#start=1h-ago&m=sum:sys.cpu.user{host=db01}', width);
    await graphOf(page);
    await page.getByRole('button', { name: 'Annotate' }).click();
    await page.getByRole('button', { name: 'take this moment' }).click();
    const dialog = page.getByRole('dialog', { name: 'New annotation' });
    const now = Date.now();
    await dialog.getByLabel('Start').fill(String(Math.floor(now / 1000) - 1200));
    await dialog.getByLabel(/^End/).fill('nonsense');
    await dialog.getByLabel('What happened').fill(`Backup ${width}`);
    await dialog.getByLabel('Belongs to').selectOption({ label: 'sys.cpu.user{dc=fra, host=db01}' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('The end is no time').waitFor();
    await dialog.getByLabel(/^End/).fill(String(Math.floor(now / 1000) - 600));
    await dialog.getByRole('button', { name: 'Save' }).click();
    const flag = page.getByRole('button', { name: new RegExp(`^Annotation: Backup ${width}`) });
    await flag.waitFor();
    expect(fragmentOf(page)).not.toContain('global_annotations');
    await flag.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await flag.waitFor({ state: 'detached' });
  });
});
