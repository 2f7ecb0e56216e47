import type { Answer } from '../api/query';
import { fullNumber } from '../lib/numbers';
import { browserZone, showTime } from '../lib/times';

interface StatusLineProps {
  answer: Answer | null;
  loading: boolean;
  /** How many of the series are in the graph. */
  drawn: number;
  zone: string;
}

/** What came, and how long it took. */
export function StatusLine({ answer, loading, drawn, zone }: StatusLineProps) {
  const parts: string[] = [];
  if (answer !== null) {
    const { series, points, tookMs, at } = answer;
    parts.push(
      `${fullNumber(series.length)} series`,
      `${fullNumber(points)} points`,
      `${Math.round(tookMs)} ms`,
      `asked at ${showTime(Math.floor(at / 1000) * 1000, zone).slice(11)}`,
    );
    if (drawn < series.length) parts.push(`the first ${drawn} series are drawn; CSV has all`);
  }
  return (
    <p class="status-line" role="status">
      <span>{loading ? 'Loading …' : parts.join(' · ')}</span>
      <span>times in {zone === '' ? browserZone() : zone}</span>
    </p>
  );
}
