FROM alpine
RUN apk update
RUN apk upgrade
RUN apk add openssh git
RUN ssh-keygen -A
EXPOSE 22
EXPOSE 70000
CMD /usr/sbin/sshd -D
