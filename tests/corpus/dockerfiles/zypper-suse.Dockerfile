FROM opensuse/leap:15.6
RUN zypper refresh
RUN zypper install curl
RUN zypper -n install git=2.43 && zypper clean -a
RUN zypper --non-interactive in -y vim
RUN zypper dup -y
RUN zypper -n update && zypper -n remove vim && zypper clean --all
