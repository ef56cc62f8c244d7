FROM php:8.3.12-fpm-alpine
RUN set -eux; \
    apk add --no-cache --virtual .build-deps $PHPIZE_DEPS icu-dev; \
    docker-php-ext-install -j"$(nproc)" intl opcache; \
    apk del .build-deps
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
WORKDIR /var/www
COPY . .
CMD ["php-fpm"]
