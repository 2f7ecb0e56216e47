import net from 'node:net';
import { Victim } from '../support/victim';

const T = 1_600_000_000;
const SERIES = 200_000;
const AT_ONCE = 10_000;
let victim: Victim;

/** Names stay in the caches: rest is what a daemon holds that knows them. */
beforeAll(async () => {
  victim = await Victim.start();
  for (let at = 0; at < SERIES; at += AT_ONCE)
    await victim.put(Array.from({ length: AT_ONCE }, (_, i) => `f ${T} 1 h=host.number.${at + i}`));
  await victim.calm();
}, 300_000);
afterEach(() => victim.recovered(), 60_000);
afterAll(() => victim.stop());

test.each(['sum:f', 'sum:f{h=*}', 'none:f', 'sum:f{h=wildcard(*9*)}', 'sum:f{h=regexp(.*[0-4]$)}'])(
  '%s over as many series as there are',
  async (metric) => {
    const reply = await victim.request(`/api/query?start=${T - 60}&end=${T + 60}&m=${encodeURIComponent(metric)}`);
    expect([200, 413]).toContain(reply.status);
    expect(await victim.damage()).toEqual([]);
  },
  120_000,
);

test('hundreds of clients that ask for all names and do not read', async () => {
  const clients = Array.from({ length: 300 }, () => {
    const socket = net.connect(victim.port, '127.0.0.1').on('error', () => {});
    socket.pause();
    socket.write('GET /api/suggest?type=tagv&max=2000000000 HTTP/1.1\r\nHost: x\r\n\r\n');
    return socket;
  });
  for (let i = 0; i < 50; i++) expect((await victim.request('/api/version')).status).toBe(200);
  expect(await victim.damage()).toEqual([]);
  for (const client of clients) client.destroy();
}, 120_000);
