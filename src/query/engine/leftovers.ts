import { pointArrays } from '../series';
import { collectSoon } from '../../util/heap-growth';

/** What a query that held so many bytes leaves behind should not stay until there is something to do again. */
const WORTH_COLLECTING = 8 * 1024 * 1024;
/** When none has ended for so long, the arrays of queries are not kept for others. */
const QUIET_MS = 10_000;

/** What queries leave behind in memory. */
export class Leftovers {
  private quiet: NodeJS.Timeout | null = null;

  /** A query has ended. @param most bytes that it held at the most */
  ended(most: number): void {
    if (pointArrays.settle() || most > WORTH_COLLECTING) collectSoon();
    if (this.quiet !== null) this.quiet.refresh();
    else this.quiet = setTimeout(giveBack, QUIET_MS).unref();
  }

  close(): void {
    if (this.quiet !== null) clearTimeout(this.quiet);
  }
}

function giveBack(): void {
  if (pointArrays.settle(true)) collectSoon();
}
