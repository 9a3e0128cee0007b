# What is in the image, why, and how to build it on another base: docs/image.md

# Any Debian with Python >= 3.11, pip, CA certificates and time zones.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
RUN command -v strip || { apt-get update && apt-get install -y --no-install-recommends binutils; }
WORKDIR /build
COPY .ci/runtime.txt ./
RUN python3 -m pip install --require-hashes --only-binary :all: --target lib \
    --no-cache-dir --no-compile --disable-pip-version-check --root-user-action ignore -r runtime.txt
COPY .ci/image/trim.py pyproject.toml ./
# A package of plain Python is installed by copying it; a build back end would have to be downloaded first.
COPY watcher lib/watcher
RUN python3 trim.py pyproject.toml lib root
COPY LICENSE root/usr/share/doc/ctr-updater/

# With Apprise: what that needs beside the plain image.
FROM build AS build-full
COPY .ci/notify.txt ./
RUN python3 -m pip install --require-hashes --only-binary :all: --target lib --upgrade \
    --no-cache-dir --no-compile --disable-pip-version-check --root-user-action ignore -r notify.txt
RUN python3 trim.py pyproject.toml lib full root

FROM scratch AS plain
COPY --from=build /build/root /
ENV HOME=/ \
    PATH=/usr/bin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
RUN ["/usr/bin/python3", "-IS", "-m", "watcher.selfcheck"]
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ctr-updater" \
      org.opencontainers.image.description="Keeps Docker containers on the current image of their own tag, and never loses one." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Of the service; a one-shot has ended before it is asked.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/watcher", "healthy"]
ENTRYPOINT ["/usr/bin/ctr-updater"]

# docker build --target full: messages to every service that Apprise knows.
FROM plain AS full
COPY --from=build-full /build/full /
RUN ["/usr/bin/python3", "-IS", "-m", "watcher.selfcheck"]

# What is built unless another target is named.
FROM plain
