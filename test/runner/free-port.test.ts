type FreePort = { freePort(): Promise<number> };

/** As in another process: what one has taken the other must not give. */
function another(): FreePort {
  let loaded: FreePort | null = null;
  jest.isolateModules(() => (loaded = require('../support/free-port') as FreePort));
  return loaded as unknown as FreePort;
}

it('gives everybody other ports', async () => {
  const givers = Array.from({ length: 5 }, another);
  const ports = await Promise.all(givers.flatMap((giver) => Array.from({ length: 40 }, () => giver.freePort())));
  expect(new Set(ports).size).toBe(200);
});

it('gives ports again when it has no others', async () => {
  const giver = another();
  const ports = new Set<number>();
  for (let i = 0; i < 120; i++) ports.add(await giver.freePort());
  expect(ports.size).toBeLessThan(50);
});
