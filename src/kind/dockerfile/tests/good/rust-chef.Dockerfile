# Dependencies are cooked from a recipe that holds nothing else.
ARG RUST=1.90-slim-bookworm
FROM rust:${RUST} AS chef
RUN cargo install cargo-chef --version 0.1.72 --locked
WORKDIR /app

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS builder
COPY --from=planner /app/recipe.json recipe.json
RUN cargo chef cook --release --recipe-path recipe.json
COPY . .
RUN cargo build --release --frozen

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=builder /app/target/release/backend /usr/local/bin/backend
ENTRYPOINT ["/usr/local/bin/backend"]
