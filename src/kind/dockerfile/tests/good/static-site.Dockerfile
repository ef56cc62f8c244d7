FROM node:22.16.0-slim AS site
WORKDIR /site
COPY package.json pnpm-lock.yaml .npmrc ./
RUN corepack enable && pnpm install --frozen-lockfile
COPY . .
RUN pnpm build

FROM nginxinc/nginx-unprivileged:1.28.0-alpine
COPY nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=site /site/dist /usr/share/nginx/html
HEALTHCHECK --interval=30s CMD curl -fsS http://127.0.0.1:8080/healthz || exit 1
