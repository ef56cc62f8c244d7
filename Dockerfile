# prove in an image: one static binary and nothing else, so there is no base image to pull.
# The gate `rust/static` builds the binary first; the whole run builds the image and tags it:
#
#   cargo run --release -- run
#
FROM scratch
LABEL org.opencontainers.image.title="prove" \
      org.opencontainers.image.description="The quality gate that stands in front of a container image: no proof, no image." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY target/image/prove /prove
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/prove"]
CMD ["--help"]
