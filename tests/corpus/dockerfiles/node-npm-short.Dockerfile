FROM node:22-slim
RUN npm i -g npm@10.9.0 serve
RUN npm install --save-dev jest
WORKDIR /home/node/app
COPY --chown=node:node . /home/node/app
USER node
ENTRYPOINT ["serve", "-s", "build"]
