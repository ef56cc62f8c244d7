FROM node:20.19-alpine
WORKDIR /app
ONBUILD ARG NODE_ENV
ONBUILD ENV NODE_ENV $NODE_ENV
ONBUILD COPY package.json /app/
ONBUILD RUN npm install
ONBUILD COPY . /app
CMD ["npm", "start"]
