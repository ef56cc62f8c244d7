from python:3
RUN apt-get update && apt-get install -y libpq-dev gcc
RUN pip install --upgrade pip
RUN pip install flask gunicorn==20.1.0 psycopg2>=2.9
copy . /app
workdir /app
EXPOSE 5000
cmd python app.py
