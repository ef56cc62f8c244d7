FROM debian:12
COPY rootfs.tar.gz /tmp/
RUN tar -xzf /tmp/rootfs.tar.gz -C / && rm /tmp/rootfs.tar.gz
COPY data.zip /tmp/
RUN unzip /tmp/data.zip
ADD other.tar.xz /opt/
ADD readme.txt /opt/
ADD https://example.com/a.tgz /opt/
COPY conf/ /etc/app
COPY a b /etc/app
COPY ["one file", "two file", "/etc/app/"]
COPY c d relative
