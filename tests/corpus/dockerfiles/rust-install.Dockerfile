FROM rust:latest as Planner
RUN cargo install cargo-chef
WORKDIR app
COPY . .
RUN cargo chef prepare --recipe-path recipe.json
FROM rust:latest as cacher
WORKDIR app
COPY --from=Planner /app/recipe.json recipe.json
RUN cargo chef cook --release --recipe-path recipe.json
