# syntax=docker/dockerfile:1
FROM node:20.19.5-alpine
ARG NPM_TOKEN
ENV DB_PASSWORD=hunter2
WORKDIR /app
COPY package.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm install
RUN echo "//registry.example.com/:_authToken=${NPM_TOKEN}" > .npmrc && npm install && rm .npmrc
CMD ["node", "."]
