FROM centos:7
RUN yum -y update && yum clean all
RUN yum -y install epel-release
RUN yum install httpd mod_ssl-2.4.6
RUN yum install -y gcc-4.8.5 make-3.82 && yum clean all && rm -rf /var/cache/yum
RUN yum install -y java-1.8.0-openjdk && rm -rf /var/cache/yum/*
RUN yum groupinstall "Development Tools" -y
CMD ["/usr/sbin/httpd", "-D", "FOREGROUND"]
