FROM maven:3.9.10-eclipse-temurin-21 AS build
WORKDIR /src
COPY pom.xml ./
RUN mvn --batch-mode dependency:go-offline
COPY src ./src
RUN mvn --batch-mode --offline package -DskipTests \
    && mv target/*.jar /app.jar

FROM eclipse-temurin:21.0.7_6-jre
WORKDIR /srv
COPY --from=build /app.jar ./app.jar
USER 1000
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/srv/app.jar"]
