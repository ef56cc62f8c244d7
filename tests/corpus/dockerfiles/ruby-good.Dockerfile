FROM ruby:3.3.5-alpine3.20
RUN apk add --no-cache build-base=0.5-r3 tzdata~2024
RUN gem install bundler:2.5.22 && gem install --version 1.0 foo
WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle config set without 'development test' && bundle install
COPY . .
USER nobody
CMD ["bundle", "exec", "puma"]
