# A here-document as a script, with a shell that stops at the first mistake.
FROM debian:12.11 AS fetch
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \
    https://downloads.example.com/tool-1.2.3.tar.gz /tmp/tool.tar.gz
RUN <<EOT
mkdir -p /opt/tool
tar -xzf /tmp/tool.tar.gz -C /opt/tool --strip-components=1
for file in /opt/tool/bin/*; do
    chmod 0755 "$file"
done
EOT

FROM debian:12.11-slim
COPY --from=fetch /opt/tool /opt/tool
COPY <<EOT /etc/tool.conf
listen = 127.0.0.1
EOT
USER 65534:65534
ENTRYPOINT ["/opt/tool/bin/tool"]
