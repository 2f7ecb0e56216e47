"""Drives pyopentsdb, opentsdb-client and pytsdb: python_clients.py PORT. Prints what each saw, a JSON line for each step."""

import datetime
import json
import sys
import time

import pytsdb
from opentsdb import TSDBClient, TSDBConnectProtocols
from pyopentsdb import tsdb

PORT = int(sys.argv[1])
NOW = int(time.time()) // 60 * 60 - 600


def say(step, seen):
    print(json.dumps([step, seen]), flush=True)


def opentsdb_client(name, **options):
    client = TSDBClient('127.0.0.1', PORT, host_tag=False, **options)
    say(f'{name} alive', client.is_alive())
    for i in range(20):
        client.send(f'py.{name}', 1.25 * i, timestamp=NOW + i, host='a')
        client.send(f'py.{name}', i, timestamp=NOW + i, host='b')
    client.send(f'py.{name}', '1e3', timestamp=NOW + 20, host='a')
    client.close()
    client.wait()
    say(name, client.statuses)


opentsdb_client('gzip')
opentsdb_client('plain', http_compression=None)
opentsdb_client('telnet', protocol=TSDBConnectProtocols.TELNET)

connector = tsdb.TsdbConnector(f'http://127.0.0.1:{PORT}')
connector.put(data=[{'metric': 'py.read', 'timestamp': NOW + i * 10, 'value': i + 1, 'tags': {'host': h}} for i in range(12) for h in ('a', 'b')])
time.sleep(1.5)
start, end = (datetime.datetime.fromtimestamp(t) for t in (NOW - 60, NOW + 300))


def query(**kwargs):
    try:
        return connector.query(start=start, end=end, **kwargs)
    except Exception as error:
        return f'{type(error).__name__}: {error}'


any_host = [{'type': 'wildcard', 'tagk': 'host', 'filter': '*', 'groupBy': True}]
rate = {'counter': True, 'counterMax': 1000, 'resetValue': 100}
query(metrics=[{'metric': 'py.read', 'aggregator': 'sum'}])
query(metrics=[{'metric': 'py.read', 'aggregator': 'avg', 'filters': any_host, 'explicitTags': True}], ms=True, show_tsuids=True)
query(metrics=[{'metric': 'py.read', 'aggregator': 'sum', 'rate': True, 'rateOptions': rate}], show_query=True)
query(metrics=[{'metric': 'py.read', 'aggregator': 'max', 'downsample': '1m-avg-zero'}], show_summary=True, use_calendar=True)
query(metrics=[{'metric': 'py.read', 'aggregator': 'sum', 'tags': {'host': 'b'}}], no_annotations=True, global_annotations=True)
say('missing metric', query(metrics=[{'metric': 'py.none', 'aggregator': 'sum'}]))
say('missing aggregator', query(metrics=[{'metric': 'py.read', 'aggregator': 'nosuch'}]))
connector.suggest(type='metrics', q='py.', max=10)
for getter in ('config', 'filters', 'aggregators', 'stats', 'jvm_stats', 'query_stats', 'region_clients', 'threads', 'version', 'dropcaches', 'serializers'):
    try:
        getattr(connector, getter)()
        say(getter, 'ok')
    except Exception as error:
        say(getter, type(error).__name__)

connection = pytsdb.connect('127.0.0.1', PORT, timeout=5)
say('pytsdb', connection.fetch_sorted_metric('py.read', start, end))
say('pytsdb seconds', connection.fetch_sorted_metric('py.read', start, end, tags={'host': 'a'}, downsample='1m', ms_resolution=False))
