FROM debian:12
RUN make a
RUN make b
RUN make c && make d
RUN make e
# a comment
RUN make f
COPY x /x
RUN make g
RUN --mount=type=cache,target=/c make h
RUN --mount=type=cache,target=/c make i
RUN if test -f /x; then make j; fi
RUN make k
