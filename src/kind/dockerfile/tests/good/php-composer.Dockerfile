FROM composer:2.8.9 AS vendor
WORKDIR /app
COPY composer.json composer.lock ./
RUN composer install --no-dev --no-scripts --no-autoloader --prefer-dist
COPY src ./src
RUN composer dump-autoload --no-dev --classmap-authoritative

FROM php:8.4.8-fpm-alpine3.22
WORKDIR /app
COPY --from=vendor /app/vendor ./vendor
COPY src ./src
USER www-data
EXPOSE 9000
CMD ["php-fpm"]
