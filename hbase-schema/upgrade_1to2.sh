#!/bin/sh
# Creates the two tables that version 2 added: tree and meta. Same variables as the original's script of this name.
: "${HBASE_HOME?The environment variable HBASE_HOME must be set}"
if [ ! -d "$HBASE_HOME" ]; then
  echo "No such directory: HBASE_HOME=$HBASE_HOME"
  exit 1
fi

TREE_TABLE=${TREE_TABLE-'tsdb-tree'}
META_TABLE=${META_TABLE-'tsdb-meta'}
BLOOMFILTER=${BLOOMFILTER-'ROW'}
COMPRESSION=$(echo "${COMPRESSION-LZO}" | tr '[:lower:]' '[:upper:]')
[ "$COMPRESSION" = GZIP ] && COMPRESSION=GZ # the name that HBase itself knows

exec "$HBASE_HOME/bin/hbase" shell <<EOF
create '$TREE_TABLE',
  {NAME => 't', VERSIONS => 1, COMPRESSION => '$COMPRESSION', BLOOMFILTER => '$BLOOMFILTER'}

create '$META_TABLE',
  {NAME => 'name', COMPRESSION => '$COMPRESSION', BLOOMFILTER => '$BLOOMFILTER'}
EOF
