FROM alpine:3.19
RUN apk --no-cache add --virtual build-deps gcc musl-dev \
    && apk add --no-cache --repository https://dl-cdn.example.org/edge/testing gosu \
    && make -C /src install \
    && apk del build-deps
RUN apk add -U --no-cache 'nginx>1.20'
RUN apk add --update nodejs=20.15.1-r0
