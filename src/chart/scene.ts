/** What a chart looks like: shapes in pixels from the upper left corner, in the order in which they are drawn. Colours are `#rrggbb`. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly background: string | null;
  /** Colours that are hardly more than the background: of the grid, and of spans of time. */
  readonly faint: readonly string[];
  readonly shapes: readonly Shape[];
}

export type Shape = Box | Line | Marks | Area | Text;

/** A filled rectangle, on whole pixels. Axes and grids are boxes of one pixel's width. */
export interface Box {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly color: string;
}

/** A line through points; one whose `y` is not a number is a gap. Nothing is drawn outside `clip`. */
export interface Line {
  readonly kind: 'line';
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: number;
  readonly color: string;
  readonly clip: Frame;
}

/** Forms that tell series of points apart. */
export const MARKS = ['plus', 'cross', 'square', 'circle', 'triangle', 'diamond'] as const;
export type Mark = (typeof MARKS)[number] | 'dot';

/** The same mark at each point. Nothing is drawn outside `clip`. */
export interface Marks {
  readonly kind: 'marks';
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly mark: Mark;
  /** Pixels from the middle to the edge. */
  readonly radius: number;
  readonly color: string;
  readonly clip: Frame;
}

/** What is between two lines over the same `x`, ascending. */
export interface Area {
  readonly kind: 'area';
  readonly x: Float32Array;
  readonly top: Float32Array;
  readonly bottom: Float32Array;
  readonly color: string;
  readonly clip: Frame;
}

export interface Text {
  readonly kind: 'text';
  /** Where the text begins, has its middle or ends, by `anchor`. */
  readonly x: number;
  /** The line that letters stand on. */
  readonly y: number;
  readonly text: string;
  /** Pixels of the font's height. */
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Upwards: turned by a quarter to the left; `x` and `y` are still those of the anchor. */
  readonly upwards: boolean;
  readonly color: string;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How wide a text is, in pixels. */
export type MeasureText = (text: string, size: number) => number;
