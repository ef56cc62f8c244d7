FROM debian:12.7-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update \
 && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u8 gnupg=2.2.40-1.1 \
 && curl -fsSL https://example.com/key.asc | gpg --dearmor -o /usr/share/keyrings/example.gpg \
 && apt-get purge -y gnupg \
 && rm -rf /var/lib/apt/lists/*
USER 1001
ENTRYPOINT ["/usr/bin/curl"]
