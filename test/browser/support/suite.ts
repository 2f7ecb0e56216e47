import { startServed, type ServedDaemon } from '../../support/served-daemon';
import { TestBrowser, type OpenPage } from './browser';
import { putRecent } from './data';

/** A daemon with points of the last hour and a browser for all tests of a file. What a test has opened is closed after it, and must not have complained. */
export class BrowserSuite {
  tsd!: ServedDaemon;
  private browser: TestBrowser | null = null;
  private opened!: OpenPage;

  /** To be made where hooks can be. */
  constructor() {
    beforeAll(async () => {
      this.tsd = await startServed();
      await putRecent(this.tsd.port);
      this.browser = await TestBrowser.launch();
    });
    afterAll(async () => {
      await this.browser?.close();
      await this.tsd?.stop();
    });
    afterEach(async () => {
      const { complaints } = this.opened;
      await this.opened.close();
      expect(complaints).toEqual([]);
    });
  }

  /** Opens an address of the daemon, or of another. @param path with the fragment, such as `/#start=1h-ago` @param script runs in the page before its own */
  async open(
    path: string,
    width: number,
    { port = this.tsd.port, script }: { port?: number; script?: string } = {},
  ): Promise<OpenPage['page']> {
    this.opened = await this.browser!.open(port, path, width, script);
    return this.opened.page;
  }
}
