/** A line of `/q?ascii`, as far as a check needs it. */
export interface CheckedPoint {
  /** Unix seconds. */
  timestamp: number;
  /** As it stands in the line. */
  text: string;
}

export const COMPARISONS = ['gt', 'ge', 'lt', 'le', 'eq', 'ne'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** When a value is bad, and which points are looked at. */
export interface CheckRules {
  comparison: Comparison;
  warning: number;
  critical: number;
  /** Unix seconds. */
  now: number;
  /** Seconds: older points are left out. */
  duration: number;
  /** Seconds: points that are not older are left out. */
  ignoreRecent: number;
  /** From 0 to 1: the state is raised only when more than this part of the points is bad. */
  fractionOver: number;
  /** Percent: with fewer bad values than that all is well. Null: no such bound. */
  badPercent: number | null;
}

/** What a check found. */
export interface Verdict {
  state: 'ok' | 'warning' | 'critical';
  points: number;
  bad: number;
  /** Text of the newest value that was looked at. Null: there was none. */
  last: string | null;
  worst: CheckedPoint | null;
  /** Lines about points that were left out, for a verbose check. */
  ignored: string[];
}

/** Judges the points of a query by thresholds. Mirrors check_tsd, a Nagios plugin that comes with the original. */
export function judge(points: readonly CheckedPoint[], rules: CheckRules): Verdict {
  const verdict: Verdict = { state: 'ok', points: 0, bad: 0, last: null, worst: null, ignored: [] };
  let warnings = 0;
  let criticals = 0;
  for (const point of points) {
    const age = rules.now - point.timestamp;
    if (age > rules.duration || age <= rules.ignoreRecent) {
      verdict.ignored.push(`${point.timestamp} ${point.text} (ignored, delta ${age}s)`);
      continue;
    }
    verdict.points++;
    verdict.last = point.text;
    const value = Number(point.text);
    const critical = compare(rules.comparison, value, rules.critical);
    if (!critical && !compare(rules.comparison, value, rules.warning)) continue;
    warnings++;
    if (critical) criticals++;
    if (verdict.worst === null || compare(rules.comparison, value, Number(verdict.worst.text))) verdict.worst = point;
  }
  const exceeds = (bad: number): boolean => bad > 0 && bad / verdict.points > rules.fractionOver;
  if (exceeds(criticals)) {
    verdict.state = 'critical';
    verdict.bad = criticals;
  } else if (exceeds(warnings)) {
    verdict.state = 'warning';
    verdict.bad = warnings;
  }
  if (rules.badPercent !== null && (100 * verdict.bad) / verdict.points < rules.badPercent) {
    verdict.state = 'ok';
    verdict.bad = 0;
  }
  return verdict;
}

function compare(comparison: Comparison, a: number, b: number): boolean {
  switch (comparison) {
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
  }
}
