FROM python:3.12.7-slim-bookworm AS wheels
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /wheels
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.12.7-slim-bookworm
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=wheels /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links=/wheels -r /wheels/requirements.txt
COPY app app
RUN useradd --system --uid 10001 app
USER 10001
CMD ["python", "-m", "app"]
