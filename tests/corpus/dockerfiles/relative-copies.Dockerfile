FROM node:20 AS one
COPY package.json .
FROM one
WORKDIR app
COPY src src
WORKDIR /abs
COPY x y
FROM alpine:3.20
ARG HOME_DIR=/home/app
COPY z ${HOME_DIR}/z
COPY z $HOME_DIR
COPY z w
