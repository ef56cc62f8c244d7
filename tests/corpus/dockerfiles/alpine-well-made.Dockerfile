FROM alpine:3.20.3
RUN apk add --no-cache ca-certificates=20240705-r0 tini=0.19.0-r3 \
 && addgroup -S app && adduser -S -G app -u 10001 app
COPY --chmod=755 entrypoint.sh /usr/local/bin/
USER 10001
ENTRYPOINT ["/sbin/tini", "--", "entrypoint.sh"]
