FROM docker:27.3.1
RUN apk add --no-cache bash curl git jq py3-pip \
    && pip3 install --no-cache-dir awscli yq==3.4.3 \
    && curl -LO "https://dl.example.com/kubectl" \
    && install -m 755 kubectl /usr/local/bin/kubectl
RUN wget -O- https://example.com/install.sh | sh
ENTRYPOINT []
