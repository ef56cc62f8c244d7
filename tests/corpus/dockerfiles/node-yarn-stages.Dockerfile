FROM node:18.20-bullseye AS base
WORKDIR /usr/src/app
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
FROM base AS tests
COPY . .
RUN yarn test
FROM base
COPY src src
USER node
CMD ["node", "src/index.js"]
