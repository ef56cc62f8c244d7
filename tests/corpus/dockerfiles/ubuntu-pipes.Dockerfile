FROM ubuntu:24.04
RUN curl -s https://example.com/list | sort | uniq > /list
RUN set -o pipefail && curl -s https://example.com/list | sort > /list2
RUN echo "deb https://example.com stable main" | tee /etc/apt/sources.list.d/x.list
RUN test -f /list || exit 1
RUN VERSION=$(curl -s https://example.com/version | tr -d v) && echo "$VERSION"
RUN ["bash", "-c", "cat /list"]
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN cat /list | wc -l
