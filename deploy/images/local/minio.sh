#!/usr/bin/env bash
# Prints the path of a MinIO server, built from its published Go module when it is not there yet (some five minutes on two
# cores). CONCORDANCE_MINIO is a program that is there already.
set -euo pipefail
readonly VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
home="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)"
program="${CONCORDANCE_MINIO:-$home/.concordance/minio/$VERSION/minio}"
if [ ! -x "$program" ]; then
  [ -z "${CONCORDANCE_MINIO:-}" ] || { echo "CONCORDANCE_MINIO is $program, which cannot be run" >&2; exit 1; }
  command -v go > /dev/null || { echo "MinIO is built with Go, which is not here; CONCORDANCE_MINIO may name a program" >&2; exit 1; }
  echo "building MinIO $VERSION (the first time takes minutes)" >&2
  GOBIN="$(dirname "$program")" go install "github.com/minio/minio@$VERSION" >&2
fi
echo "$program"
