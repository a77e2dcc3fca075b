#!/usr/bin/env bash
# Builds the images of the four services from a packaged checkout (./mvnw -DskipTests -Psbom package), and starts each once as it
# is meant to run: user 10001, a read-only root, no capabilities. Says what each weighs and how soon it lives.
# BASE=IMAGE is what they are built on; IMAGE_SERVICES=registry.example/concordance what their names begin with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly MODULES=(capture-service sae-trainer-service autointerp-service registry-service)
readonly VERSION=0.1.0 PATIENCE=120
container=""
trap '[ -z "$container" ] || docker rm --force --volumes "$container" > /dev/null' EXIT

fail() {
  echo "build.sh: $1" >&2
  [ -z "$container" ] || docker logs --tail 20 "$container" >&2
  exit 1
}

docker version > /dev/null || fail "no Docker engine answers"
for module in "${MODULES[@]}"; do
  [ -d "$module/target/quarkus-app" ] && [ -f "$module/target/bom.json" ] ||
    fail "package first: ./mvnw -DskipTests -Psbom package"
done

for module in "${MODULES[@]}"; do
  image="${IMAGE_SERVICES:-concordance}/$module:$VERSION"
  docker build --quiet --file deploy/images/Dockerfile --build-arg "SERVICE=$module" ${BASE:+--build-arg "BASE=$BASE"} \
    --tag "$image" . > /dev/null
  # No part is there: the service has to say so and to go on living.
  container="$(docker run --detach --read-only --tmpfs /tmp:exec,mode=1777 --volume /work --cap-drop ALL \
    --security-opt no-new-privileges --publish 127.0.0.1:0:8080 \
    --env QUARKUS_HTTP_HOST=0.0.0.0 --env CONCORDANCE_ACCESS_OPEN=true --env CONCORDANCE_DATA_DIR=/work \
    --env KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1 --env QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:1/none \
    --env QUARKUS_DATASOURCE_USERNAME=nobody --env QUARKUS_DATASOURCE_PASSWORD=none --env QUARKUS_FLYWAY_MIGRATE_AT_START=false \
    --env CONCORDANCE_S3_ENDPOINT=http://127.0.0.1:1 --env CONCORDANCE_S3_BUCKET=none \
    --env CONCORDANCE_S3_ACCESS_KEY=none --env CONCORDANCE_S3_SECRET_KEY=none \
    --env QUARKUS_HTTP_BODY_UPLOADS_DIRECTORY=/work/uploads --env DJL_CACHE_DIR=/tmp/djl "$image")"
  begun=$SECONDS
  address="$(docker port "$container" 8080/tcp)"
  until curl --silent --fail --output /dev/null "http://$address/q/health/live"; do
    [ "$(docker inspect --format '{{.State.Running}}' "$container")" = true ] || fail "$image ended"
    [ $((SECONDS - begun)) -lt "$PATIENCE" ] || fail "$image was not alive after $PATIENCE s"
    sleep 0.5
  done
  seconds=$((SECONDS - begun))
  user="$(docker exec "$container" id -u)"
  [ "$user" = 10001 ] || fail "$image runs as user $user"
  ! docker exec "$container" touch /app/written 2> /dev/null || fail "$image can write to its root"
  printf '%s: %s MB, %s of it the base; alive after %s s as user %s\n' "$image" \
    "$(($(docker image inspect --format '{{.Size}}' "$image") / 1000000))" \
    "$(($(docker image inspect --format '{{.Size}}' "${BASE:-eclipse-temurin:25-jre}") / 1000000))" "$seconds" "$user"
  docker rm --force --volumes "$container" > /dev/null
  container=""
done
