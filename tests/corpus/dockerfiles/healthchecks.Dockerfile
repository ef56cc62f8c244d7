FROM nginx:1.27.2-alpine
COPY nginx.conf /etc/nginx/nginx.conf
HEALTHCHECK --interval=5m --timeout=3s CMD ["wget", "-qO-", "http://localhost/"]
HEALTHCHECK NONE
ENTRYPOINT ["nginx"]
ENTRYPOINT ["nginx", "-g", "daemon off;"]
