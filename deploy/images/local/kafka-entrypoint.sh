#!/bin/sh
# KAFKA_A_B=c is a.b=c of the broker's settings, as in Kafka's own image. An empty data folder is formatted.
set -eu
settings=/tmp/server.properties
env | sed -n 's/^KAFKA_//p' | while IFS='=' read -r name value; do
  printf '%s=%s\n' "$(printf %s "$name" | tr 'A-Z_' 'a-z.')" "$value"
done > "$settings"
data="${KAFKA_LOG_DIRS:-/var/lib/kafka/data}"
printf 'log.dirs=%s\n' "$data" >> "$settings"
run() { java -Xmx512m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '/opt/kafka/libs/*' "$@"; }
[ -e "$data/meta.properties" ] ||
  run kafka.tools.StorageTool format --cluster-id "$(run kafka.tools.StorageTool random-uuid)" --config "$settings"
exec java -Xmx512m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '/opt/kafka/libs/*' kafka.Kafka "$settings"
