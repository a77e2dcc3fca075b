#!/usr/bin/env bash
# Builds images for deploy/compose.yaml and `./concordance test --parts containers` where none can be pulled: a Debian by
# debootstrap, a JRE by jlink, Kafka from the jars of the local platform, PostgreSQL and Prometheus from Debian, MinIO by Go.
# Their names go to .concordance/images.env, for `--env-file` and for a shell. Asks for root, debootstrap, Go, a Docker
# engine and a packaged checkout; installs nothing. DEBIAN=IMAGE takes an image that is there in place of debootstrap's,
# SEAWEEDFS=PROGRAM that program in place of MinIO.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
readonly SUITE=bookworm PREFIX=concordance-local
readonly WORK="$PWD/.concordance/images"

fail() {
  echo "build.sh: $1" >&2
  exit 1
}

docker version > /dev/null || fail "no Docker engine answers"
[ -d deploy/local/target/local-stack ] || fail "package first: ./mvnw -DskipTests -Psbom package"
mkdir -p "$WORK"

debian="${DEBIAN:-$PREFIX/debian:$SUITE}"
if ! docker image inspect "$debian" > /dev/null 2>&1; then
  [ -z "${DEBIAN:-}" ] || fail "there is no image $DEBIAN"
  command -v debootstrap > /dev/null || fail "debootstrap is missing"
  rm -rf "$WORK/root"
  debootstrap --variant=minbase "$SUITE" "$WORK/root"
  rm -rf "$WORK/root/var/cache/apt/archives"
  tar -C "$WORK/root" -c . | docker import --change 'CMD ["bash"]' - "$debian"
  rm -rf "$WORK/root"
fi

context="$WORK/context"
rm -rf "$context"
mkdir -p "$context"
cp deploy/images/local/* "$context"
"$JAVA_HOME/bin/jlink" --output "$context/jre" --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
  --add-modules java.se,jdk.charsets,jdk.crypto.cryptoki,jdk.httpserver,jdk.incubator.vector,jdk.jfr,jdk.localedata,jdk.management,jdk.management.agent,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.security.jgss,jdk.unsupported,jdk.xml.dom,jdk.zipfs
mkdir "$context/kafka"
cp deploy/local/target/local-stack/*.jar "$context/kafka"
rm -f "$context"/kafka/embedded-postgres* "$context"/kafka/s3*
cp "${SEAWEEDFS:-$(deploy/images/local/minio.sh)}" "$context/object-store"

for image in jre kafka postgres object-store prometheus; do
  docker build --target "$image" --build-arg "DEBIAN=$debian" -t "$PREFIX/$image:1" "$context"
done
cat > .concordance/images.env << END
BASE=$PREFIX/jre:1
IMAGE_KAFKA=$PREFIX/kafka:1
IMAGE_POSTGRES=$PREFIX/postgres:1
IMAGE_OBJECT_STORE=$PREFIX/object-store:1
IMAGE_PROMETHEUS=$PREFIX/prometheus:1
TESTCONTAINERS_RYUK_DISABLED=true
TESTCONTAINERS_CHECKS_DISABLE=true
TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
END
[ -n "${SEAWEEDFS:-}" ] || echo 'OBJECT_STORE_COMMAND="server /data --address :8333"' >> .concordance/images.env
docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' "$PREFIX/*"
