import fs from 'node:fs';
import path from 'node:path';
import { difference, groupDifference, patternCase } from '../support/java-patterns';
import { ourAnswer, ourGroups } from '../support/java-regexp-answer';
import { askJava, javaMissing } from './support/java-regexp';

// Other patterns: TSDB_TEST_SEED=7. The golden answers of the unit test anew: TSDB_TEST_WRITE_GOLDEN=1.
const SEED = Number(process.env.TSDB_TEST_SEED ?? 1) * 1_000_000;
const CASES = Number(process.env.TSDB_TEST_CASES ?? 20_000);
const GOLDEN = path.join(__dirname, '..', 'util', 'golden', 'java-regexp.json');
const GOLDEN_CASES = 3000;

const missing = javaMissing();
if (missing !== null) console.warn(`SKIPPED: regular expressions against Java: ${missing}`);

(missing === null ? test : test.skip)(
  `${CASES} patterns mean what they mean to java.util.regex (seed ${SEED})`,
  () => {
    const cases = Array.from({ length: CASES }, (_, i) => patternCase(SEED + i));
    const answers = askJava(cases);
    const wrong = cases.flatMap((c, i) => {
      const what = difference(c, answers[i], ourAnswer(c));
      return what === '' ? [] : [{ seed: SEED + i, pattern: c.pattern, what }];
    });
    expect(wrong).toEqual([]);
  },
  120_000,
);

(missing === null ? test : test.skip)(
  `what groups of ${CASES} patterns hold is what java.util.regex says (seed ${SEED})`,
  () => {
    const cases = Array.from({ length: CASES }, (_, i) => patternCase(SEED + i));
    const answers = askJava(cases, true);
    const ours = cases.map(ourGroups);
    const wrong = cases.flatMap((c, i) => {
      const what = groupDifference(c, answers[i], ours[i]);
      return what === '' ? [] : [{ seed: SEED + i, pattern: c.pattern, what }];
    });
    expect(wrong).toEqual([]);
    expect(ours.filter((answer) => answer === 'unsupported').length).toBeLessThan(CASES / 10);
  },
  120_000,
);

if (missing === null && process.env.TSDB_TEST_WRITE_GOLDEN) {
  test('golden answers are written', () => {
    const cases = Array.from({ length: GOLDEN_CASES }, (_, i) => patternCase(i, 6));
    const answers = askJava(cases);
    const rows = cases.map(({ pattern, texts }, i) => JSON.stringify([pattern, texts, answers[i]]));
    fs.writeFileSync(GOLDEN, `[\n${rows.join(',\n')}\n]\n`);
    expect(rows).toHaveLength(GOLDEN_CASES);
  });
}

test('Java is there where it has to be', () => {
  if (process.env.CI === 'true') expect(missing).toBeNull();
});
