FROM debian:12 AS build
RUN make
FROM debian:12 AS Build
RUN make install
FROM debian:12 AS test
COPY --from=build /a /a
COPY --from=nothing /a /a
COPY --from=test /b /b
FROM build
COPY --from=0 /c /c
COPY --from=test / /
CMD ["a"]
