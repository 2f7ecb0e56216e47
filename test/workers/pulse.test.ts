import { LOST_BEATS, Pulse, SILENT_BEATS } from '../../src/workers/pulse';

function pulseOf(...workers: string[]): { pulse: Pulse<string>; told: string[]; beats: (count: number) => void } {
  const told: string[] = [];
  const pulse = new Pulse<string>({
    silent: (worker) => void told.push(`${worker} silent`),
    back: (worker) => void told.push(`${worker} back`),
    lost: (worker) => void told.push(`${worker} lost`),
  });
  for (const worker of workers) pulse.watch(worker);
  const beats = (count: number): void => {
    for (let i = 0; i < count; i++) pulse.beat();
  };
  return { pulse, told, beats };
}

it('tells once of one that is silent, and once that it is back', () => {
  const { pulse, told, beats } = pulseOf('a', 'b');
  for (let i = 0; i < 10 * SILENT_BEATS; i++) {
    beats(1);
    pulse.heard('a');
    if (i < 4) pulse.heard('b');
  }
  expect(told).toEqual(['b silent']);
  pulse.heard('b');
  pulse.heard('b');
  expect(told).toEqual(['b silent', 'b back']);
  beats(SILENT_BEATS - 1);
  pulse.heard('b');
  expect(told).toEqual(['b silent', 'b back']);
});

it('gives one up that stays silent, once', () => {
  const { pulse, told, beats } = pulseOf('a');
  beats(LOST_BEATS - 1);
  expect(told).toEqual(['a silent']);
  beats(2 * LOST_BEATS);
  expect(told).toEqual(['a silent', 'a lost']);
  pulse.forget('a');
  pulse.heard('a');
  beats(2 * LOST_BEATS);
  expect(told).toEqual(['a silent', 'a lost']);
});
