FROM node:18.20-bullseye AS base
RUN yarn global add lerna
WORKDIR /usr/src/app
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
COPY . .
RUN yarn build && yarn cache clean
CMD ["yarn", "start"]
