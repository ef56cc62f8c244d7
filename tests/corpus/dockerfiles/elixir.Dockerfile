FROM elixir:1.17.3-alpine AS build
RUN mix local.hex --force && mix local.rebar --force
WORKDIR /app
ENV MIX_ENV=prod
COPY mix.exs mix.lock ./
RUN mix deps.get --only $MIX_ENV
COPY lib lib
RUN mix release

FROM alpine:3.20.3
RUN apk add --no-cache libstdc++ openssl ncurses-libs
WORKDIR /app
COPY --from=build /app/_build/prod/rel/app ./
USER nobody
CMD ["bin/app", "start"]
