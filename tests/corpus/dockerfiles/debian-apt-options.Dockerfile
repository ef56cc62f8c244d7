FROM ubuntu:22.04
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get -qq update && apt-get -qq install --no-install-recommends git=1:2.34.1 && apt-get -qq clean
RUN apt-get update && apt-get -y -t jammy-backports install golang-go
RUN apt-get update && apt-get install --yes --no-install-recommends -o Dpkg::Options::=--force-confold tzdata=2024a && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get --no-install-recommends install -y gcc=4:11.2.0
RUN apt-get update && apt-get install -y /tmp/package.deb ./other.deb && rm -rf /var/lib/apt/lists/*
