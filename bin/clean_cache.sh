#!/usr/bin/env bash
# clean_cache.sh [DIRECTORY]: empties the cache of graphs when its file system is 90 % full or more; for cron. The daemon makes again what it needs.
set -eu
cache=${1:-${CACHE_DIR:-/tmp/tsd}}
[ -d "$cache" ] || exit 0
used=$(df -P "$cache" | awk 'NR == 2 { sub("%", "", $5); print $5 }')
[ "$used" -lt "${MAX_PERCENT:-90}" ] || find "$cache" -mindepth 1 -maxdepth 1 -type f -delete
