# Wheels are built where compilers are, and installed where none is.
FROM python:3.13.5-bookworm AS wheels
WORKDIR /build
COPY requirements.txt ./
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13.5-slim-bookworm
ENV PYTHONUNBUFFERED=1
WORKDIR /srv
RUN useradd --system --uid 10001 --no-log-init app
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-compile /wheels/*.whl
COPY service ./service
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-m", "service.health"]
CMD ["python", "-m", "service"]
