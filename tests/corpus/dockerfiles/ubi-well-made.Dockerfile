FROM registry.access.example.com/ubi9/ubi-minimal:9.4
RUN microdnf install -y --nodocs openssl-3.0.7 && microdnf clean all
COPY app /usr/local/bin/app
USER 1001
CMD ["/usr/local/bin/app"]
