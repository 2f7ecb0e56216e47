import { ask } from '../../server/support/client';

interface Point {
  metric: string;
  timestamp: number;
  value: number;
  tags: Record<string, string>;
}

/** Stores points, all of them. */
export async function putPoints(port: number, points: readonly Point[]): Promise<void> {
  for (let i = 0; i < points.length; i += 500) {
    const body = JSON.stringify(points.slice(i, i + 500));
    const answer = await ask(port, '/api/put?sync&details', { method: 'POST', body });
    if (answer.status > 204) throw new Error(answer.text);
  }
}

/** Two metrics of three hosts in two places, 118 points of each, all within the last hour: for as long as a slow machine takes to look at them. */
export async function putRecent(port: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const hosts = [
    { host: 'web01', dc: 'ams' },
    { host: 'web02', dc: 'ams' },
    { host: 'db01', dc: 'fra' },
  ];
  const points = hosts.flatMap((tags, h) =>
    Array.from({ length: 118 }, (_, i) => now - 2400 + i * 20).flatMap((timestamp, i) => [
      { metric: 'sys.cpu.user', timestamp, value: 20 * (h + 1) + (i % 7), tags },
      { metric: 'net.bytes', timestamp, value: 1000 * i * (h + 1), tags },
    ]),
  );
  await putPoints(port, points);
}
