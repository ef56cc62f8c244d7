FROM ubuntu:24.04
RUN groupadd -g 999 app && useradd -r -u 999 -g app app
RUN useradd -m -u 1234567 big
RUN useradd -l -m -u 1234567 bigger
RUN useradd --no-log-init --uid 1234567 biggest
USER app
RUN whoami
USER root
RUN chmod 700 /root
