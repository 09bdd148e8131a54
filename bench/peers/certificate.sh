#!/bin/sh
# The certificate that all servers with TLS share, made once in the folder $RUN.
set -e
umask 077
[ -s "$RUN/cert.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$RUN/key.pem" \
  -out "$RUN/cert.pem" -days 3650 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
