FROM ruby:3.3.5
RUN curl -sL https://deb.nodesource.com/setup_20.x | bash -
RUN apt-get update -qq && apt-get install -y nodejs postgresql-client
RUN gem install bundler && gem install rails -v 7.1
WORKDIR /myapp
COPY Gemfile Gemfile.lock /myapp
RUN bundle install --jobs 4
COPY . /myapp
ENTRYPOINT ["/usr/bin/entrypoint.sh"]
EXPOSE 3000
CMD rails server -b 0.0.0.0
