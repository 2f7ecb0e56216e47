import { maskHeader, maskSetting, maskUris } from '../../src/util/secrets';

it.each([
  ['tsd.redis.url', 'redis://:geheim@cache:6379/0', 'redis://:********@cache:6379/0'],
  ['tsd.redis.url', 'rediss://user:a:b/c@d@cache', 'rediss://user:********@cache'],
  ['tsd.redis.url', 'redis://cache/0?password=geheim&db=2', 'redis://cache/0?password=********&db=2'],
  ['tsd.redis.url', 'redis://cache:6379', 'redis://cache:6379'],
  ['my.password', 'x', '********'],
  ['bypass.x', 'x', '********'],
  ['tsd.auth.secret', 'x', '********'],
  ['tsd.some.api_key', 'x', '********'],
  ['tsd.some.Token', 'x', '********'],
  ['tsd.core.authentication.enable', 'true', 'true'],
  ['tsd.rollups.agg_tag_key', '_aggregate', '_aggregate'],
  ['tsd.storage.hbase.zk_quorum', 'a:2181,b:2181', 'a:2181,b:2181'],
])('the setting %s = %s is shown as %s', (key, value, shown) => expect(maskSetting(key, value)).toBe(shown));

it.each([
  ['Authorization', 'Basic eDp5', '********'],
  ['proxy-authorization', 'x', '********'],
  ['Cookie', 'a=b', '*******'],
  ['X-Auth-User', 'x', '********'],
  ['X-Api-Key', 'x', '********'],
  ['X-Amz-Security-Token', 'x', '********'],
  ['X-XSRF-TOKEN', 'x', '********'],
  ['Referer', 'http://h/d?token=abc&x=1', 'http://h/d?token=********&x=1'],
  ['User-Agent', 'curl/8', 'curl/8'],
  ['Host', 'tsd:4242', 'tsd:4242'],
])('the header %s: %s is shown as %s', (name, value, shown) => expect(maskHeader(name, value)).toBe(shown));

it('masks parameters of a request line, and nothing that is none', () => {
  expect(maskUris('/api/query?m=sum:a{host=b}&access_token=x%20y&jwt=z#f')).toBe(
    '/api/query?m=sum:a{host=b}&access_token=********&jwt=********#f',
  );
  expect(maskUris('/api/put?sync')).toBe('/api/put?sync');
});
