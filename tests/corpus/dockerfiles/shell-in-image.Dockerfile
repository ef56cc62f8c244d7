FROM buildpack-deps:bookworm
RUN rm /bin/sh && ln -s /bin/bash /bin/sh
RUN ln -sf /usr/bin/python3 /usr/bin/python
RUN wget https://example.com/setup.sh && sh setup.sh
RUN wget -nv -O /x https://example.com/x && wget --progress=dot:giga https://example.com/y
RUN ps aux
RUN mount -t proc none /proc
