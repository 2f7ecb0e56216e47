import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { until } from '../../support/until';
import { findProgram } from '../../clients/support/needs';

/** Debian's names for it, and others'. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const BUILT = join(__dirname, '..', '..', '..', 'static', 'page', 'index.html');
/** The browser's zone, which is not that of the TSD. */
const ZONE = 'Asia/Kolkata';
const PATIENCE_MS = 40_000;

/** The widths that every flow is tried at: a desk, and a telephone. */
export const WIDTHS = [1280, 400] as const;

export const browserProgram = (): string => NAMES.map(findProgram).find((path) => path !== undefined) ?? NAMES[0];

/** A page of the browser, with everything that it complained about. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, refusals by the Content-Security-Policy, dialogs that a script opened. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** One browser for all tests of a file. */
export class TestBrowser {
  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<TestBrowser> {
    if (!existsSync(BUILT)) throw new Error('the page is not built: run bin/build');
    return new TestBrowser(await chromium.launch({ executablePath: browserProgram(), args: ['--no-sandbox', '--disable-gpu'] }));
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** Opens an address in a context of its own. @param path with the fragment, such as `/#start=1h-ago` @param script runs in the page before its own */
  async open(port: number, path: string, width: number, script = ''): Promise<OpenPage> {
    const context = await this.browser.newContext({
      viewport: { width, height: 900 },
      timezoneId: ZONE,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(script);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      // a refusal of the API is told as an error, too; the page shows it
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (hostname !== '127.0.0.1' && protocol !== 'blob:') complaints.push(`request to ${request.url()}`);
    });
    await page.goto(`http://127.0.0.1:${port}${path}`);
    return { page, complaints, close: () => context.close() };
  }
}

/** The page is not wider than the window: nothing has to be moved sideways to be read. */
export const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

/** The fragment of the address, decoded. */
export const fragmentOf = (page: Page): string => decodeURIComponent(new URL(page.url()).hash);

/** Resolves when the graph is there and nothing is under way. */
export async function graphOf(page: Page): Promise<void> {
  await page.locator('.graph-card[aria-busy=false] .u-over').waitFor();
}

/** Resolves when the page shows what it should: it is made anew some time after what was done to it. */
export async function shows<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const text = JSON.stringify(expected);
  let last: unknown;
  await until(async () => JSON.stringify((last = await read())) === text, text).catch((cause: unknown) => {
    throw new Error(`it shows ${JSON.stringify(last)}`, { cause });
  });
}

/** Names in the legend, in its order. */
export const legendOf = (page: Page): Promise<string[]> => page.locator('.legend .name').allTextContents();
