FROM debian:latest
LABEL Maintainer="someone" version="1.0"
LABEL com.docker.team=x
ENV DEBIAN_FRONTEND noninteractive
RUN apt update && apt install -y curl wget vim
RUN cd /opt && wget https://example.com/tool.tar.gz && tar xzf tool.tar.gz
RUN curl -o /tmp/x https://example.com/x
RUN wget -q https://example.com/y
RUN sudo chmod +x /tmp/x
RUN service cron start
CMD ["bash"]
CMD ["/tmp/x"]
