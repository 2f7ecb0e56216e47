import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TimeZone } from '../util/time-zone';
import type { ChartDescription } from './description';
import { layoutChart } from './layout/chart-layout';
import { Font } from './raster/font';
import { paintPng } from './raster/paint';
import { TextPainter } from './raster/text-painter';
import type { Scene } from './scene';
import { writeSvg } from './svg/write-svg';

export type PictureFormat = 'png' | 'svg';

/** The font that pictures are drawn with; it lies beside the program. */
const FONT_FILE = join(__dirname, '..', '..', 'fonts', 'DejaVuSans.ttf');

/** Draws charts. Keeps the font and its letters; takes up to tens of milliseconds for a chart, so daemons draw in a thread (`DrawPool`). */
export class Drawer {
  private readonly texts: TextPainter;

  /** @throws Error when the font cannot be read */
  constructor() {
    this.texts = new TextPainter(new Font(readFileSync(FONT_FILE)));
  }

  /** @returns the bytes of a file */
  draw(chart: ChartDescription, format: PictureFormat): Buffer {
    const scene = this.layout(chart);
    return format === 'png' ? paintPng(scene, this.texts) : Buffer.from(writeSvg(scene));
  }

  private layout(chart: ChartDescription): Scene {
    return layoutChart(chart, (text, size) => this.texts.width(text, size), TimeZone.of(chart.time.zone));
  }
}
