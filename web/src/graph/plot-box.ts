/** Where the plot is within the chart, without its axes. */
export interface PlotBox {
  /** In CSS pixels, within the chart. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Milliseconds at its left and right end. */
  readonly from: number;
  readonly to: number;
}
