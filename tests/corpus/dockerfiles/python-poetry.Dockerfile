FROM python:3.12-slim
RUN pip install poetry==1.8.3 && poetry config virtualenvs.create false
WORKDIR /code
COPY pyproject.toml poetry.lock /code/
RUN poetry install --no-interaction --only main
COPY . /code
CMD uvicorn app.main:app --host 0.0.0.0 --port 80
