# syntax=docker/dockerfile:1
# A program in rust. What is built lies in a cache mount, so it is copied out in the same step.
FROM rust:1.90-bookworm AS builder
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/app/target \
    cargo build --release --locked -p backend -j "$(nproc)" \
    && cp target/release/backend /app/backend

FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
COPY --from=builder /app/backend /app/backend
EXPOSE 2000
HEALTHCHECK --interval=30s CMD ["/app/backend", "health"]
ENTRYPOINT ["/app/backend"]
