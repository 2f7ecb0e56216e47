/** Parts of an element that differ from one to the next. */
export const METRIC_PART = 0;
export const TIME_PART = 1;
/** A value in quotes, and one that is a number. */
export const TEXT_PART = 2;
export const NUMBER_PART = 3;
export const TAG_PART = 4;

const NEEDED = (1 << METRIC_PART) | (1 << TIME_PART) | (1 << TAG_PART);
const VALUES = (1 << TEXT_PART) | (1 << NUMBER_PART);
/** More parts than points have: elements with more have no shape. */
const MOST_PARTS = 64;

/**
 * What an element of a body shares with the one before, which is nearly everything but metric, time, value and the values of the tags:
 *
 *     {"metric":"sys.cpu","timestamp":1700000000,"value":42,"tags":{"host":"web01"}}
 *     └────┬────┘       └──────┬──────┘        └────┬───┘  └──────────┬────────┘   └┬┘
 *        link 0              link 1               link 2            link 3        link 4
 *
 * The links are kept as places in the body, and what stands behind each as one of the parts above. An element with the same links has the same
 * fields in the same order, and only its parts are looked at.
 */
export class PutShape {
  readonly linkFrom = new Int32Array(MOST_PARTS + 1);
  readonly linkTo = new Int32Array(MOST_PARTS + 1);
  readonly parts = new Uint8Array(MOST_PARTS);
  /** Where the names of the tags stand and their hashes, three numbers a tag. */
  readonly keys = new Int32Array(3 * MOST_PARTS);
  partCount = 0;
  tagCount = 0;
  /** An element was read whose shape can be found again. */
  known = false;
  private possible = false;
  /** Which parts it has, a bit each. */
  private seen = 0;

  /** An element begins. */
  begin(at: number): void {
    this.known = false;
    this.possible = true;
    this.partCount = 0;
    this.tagCount = 0;
    this.seen = 0;
    this.linkFrom[0] = at;
  }

  /** @param from where the part stands, without its quotes. @param plain that is how it is usually written */
  part(part: number, from: number, to: number, plain: boolean): void {
    if (!plain || this.partCount === MOST_PARTS) {
      this.possible = false;
      return;
    }
    this.seen |= 1 << part;
    this.linkTo[this.partCount] = from;
    this.parts[this.partCount++] = part;
    this.linkFrom[this.partCount] = to;
  }

  /** A tag, of which `part` tells the value. */
  tag(from: number, to: number, hash: number): void {
    if (this.tagCount === MOST_PARTS) return;
    this.keys[3 * this.tagCount] = from;
    this.keys[3 * this.tagCount + 1] = to;
    this.keys[3 * this.tagCount + 2] = hash;
    this.tagCount++;
  }

  /** The element has something that is not looked for in others. */
  refuse(): void {
    this.possible = false;
  }

  /** The element has ended. What lacks a part that all good points have is not looked for in others either. */
  end(at: number): void {
    this.linkTo[this.partCount] = at;
    const { seen } = this;
    this.known = this.possible && (seen & NEEDED) === NEEDED && (seen & VALUES) !== 0;
  }
}
