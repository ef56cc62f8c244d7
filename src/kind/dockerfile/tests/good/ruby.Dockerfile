# check=error=true
ARG RUBY=3.4.4
FROM ruby:${RUBY}-slim-bookworm AS base
WORKDIR /rails
ENV RAILS_ENV=production \
    BUNDLE_DEPLOYMENT=1 \
    BUNDLE_WITHOUT=development

FROM base AS build
RUN apt-get update \
    && apt-get install --no-install-recommends -y build-essential=12.9 libpq-dev=15.* \
    && rm -rf /var/lib/apt/lists/*
COPY Gemfile Gemfile.lock ./
RUN bundle install --jobs 4
COPY . .
RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile

FROM base
RUN groupadd --system --gid 1000 rails \
    && useradd rails --uid 1000 --gid 1000 --create-home --no-log-init --shell /bin/bash
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY --from=build --chown=rails:rails /rails /rails
USER 1000:1000
EXPOSE 3000
CMD ["./bin/rails", "server"]
