FROM debian:12-slim
RUN apt-get update \
    # tools that the build needs
    && apt-get install -y \
       --no-install-recommends \
       make=4.3-4.1 \
       # the compiler
       gcc=4:12.2.0-3 \
    && rm -rf \
       /var/lib/apt/lists/*
ENV LANG=C.UTF-8 \
    LC_ALL=C.UTF-8
EXPOSE 8080/tcp 9090-9091
CMD ["make", \
     "all"]
