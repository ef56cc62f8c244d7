ARG PLATFORM=linux/amd64
FROM --platform=linux/arm64 debian:12 AS arm
FROM --platform=$PLATFORM debian:12 AS named
FROM --platform=$BUILDPLATFORM debian:12 AS native
FROM --platform=$TARGETPLATFORM debian:12 AS target
FROM --platform=${BUILDPLATFORM} debian:12
