FROM fedora:40
RUN dnf install -y nginx
RUN dnf -y install nginx-1.26.2 php-fpm && dnf clean all
RUN dnf upgrade -y && dnf clean all
RUN dnf install git-2.46 && dnf clean all
RUN dnf module install -y nodejs:20 && dnf clean all
RUN microdnf install -y tar-1.35 && microdnf clean all
RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y vim-9.1
