FROM openjdk:8-jdk-alpine
VOLUME /tmp
ENV JAVA_HOME /usr/lib/jvm/java-8
ENV PATH $JAVA_HOME/bin:$PATH
RUN apk update && apk add bash curl && rm -rf /var/cache/apk/*
ADD https://example.com/app.jar /app.jar
ADD config.tar.gz /etc/app/
ENTRYPOINT java -jar /app.jar
