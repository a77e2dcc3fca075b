#!/bin/bash
# Stands in for the script of this name in Kafka's own image, as far as a health check goes: --bootstrap-server HOST:PORT.
exec 3<> "/dev/tcp/${2%:*}/${2#*:}"
