#!/bin/sh
# Creates the tables with `hbase shell`: same variables and attributes as the original's script of this name.
# Beyond it: SALT_BUCKETS=N (with SALT_WIDTH, default 1) pre-splits the data table, one region a salt value.
# `tsdb tables create` does the same without HBase's own tools.
: "${HBASE_HOME?The environment variable HBASE_HOME must be set}"
if [ ! -d "$HBASE_HOME" ]; then
  echo "No such directory: HBASE_HOME=$HBASE_HOME"
  exit 1
fi

TSDB_TABLE=${TSDB_TABLE-'tsdb'}
UID_TABLE=${UID_TABLE-'tsdb-uid'}
TREE_TABLE=${TREE_TABLE-'tsdb-tree'}
META_TABLE=${META_TABLE-'tsdb-meta'}
BLOOMFILTER=${BLOOMFILTER-'ROW'}
COMPRESSION=$(echo "${COMPRESSION-LZO}" | tr '[:lower:]' '[:upper:]')
DATA_BLOCK_ENCODING=$(echo "${DATA_BLOCK_ENCODING-DIFF}" | tr '[:lower:]' '[:upper:]')
TSDB_TTL=${TSDB_TTL-'FOREVER'}
SALT_BUCKETS=${SALT_BUCKETS-0}
SALT_WIDTH=${SALT_WIDTH-1}

case $COMPRESSION in
  NONE | LZO | GZIP | GZ | SNAPPY | ZSTD | LZ4) ;;
  *) echo "warning: compression codec '$COMPRESSION' might not be supported." >&2 ;;
esac
case $DATA_BLOCK_ENCODING in
  NONE | PREFIX | DIFF | FAST_DIFF | ROW_INDEX_V1) ;;
  *) echo "warning: encoding '$DATA_BLOCK_ENCODING' might not be supported." >&2 ;;
esac
[ "$COMPRESSION" = GZIP ] && COMPRESSION=GZ # the name that HBase itself knows

splits=
if [ "$SALT_BUCKETS" -gt 1 ]; then
  i=1
  while [ "$i" -lt "$SALT_BUCKETS" ]; do
    key=$(printf "%0$((SALT_WIDTH * 2))x" "$i" | sed 's/../\\x&/g')
    splits="$splits${splits:+, }\"$key\""
    i=$((i + 1))
  done
  splits=", SPLITS => [$splits]"
fi
same="COMPRESSION => '$COMPRESSION', BLOOMFILTER => '$BLOOMFILTER', DATA_BLOCK_ENCODING => '$DATA_BLOCK_ENCODING'"

exec "$HBASE_HOME/bin/hbase" shell <<EOF
create '$UID_TABLE',
  {NAME => 'id', $same},
  {NAME => 'name', $same}

create '$TSDB_TABLE',
  {NAME => 't', VERSIONS => 1, $same, TTL => '$TSDB_TTL'}$splits

create '$TREE_TABLE',
  {NAME => 't', VERSIONS => 1, $same}

create '$META_TABLE',
  {NAME => 'name', $same}
EOF
