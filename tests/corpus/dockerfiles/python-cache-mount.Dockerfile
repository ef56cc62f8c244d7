# syntax=docker/dockerfile:1.7
FROM python:3.12-slim
WORKDIR /code
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    pip install -r requirements.txt
COPY . .
CMD ["gunicorn", "app:app"]
