FROM node
MAINTAINER Ops Team <ops@example.com>
RUN apt-get update
RUN apt-get install python3 build-essential
ADD . /srv
WORKDIR srv
RUN npm install -g pm2
RUN npm install
EXPOSE 3000
CMD npm start
