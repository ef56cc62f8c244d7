FROM python:3.11
ENV PIP_NO_CACHE_DIR=1
RUN pip3 install "django>=4,<5" 'celery[redis]==5.3.6'
RUN python3 -m pip install git+https://github.com/example/tool.git
RUN python -m pip install --no-deps git+https://github.com/example/tool.git@v1.2.3
RUN pip install --index-url https://pypi.example.com/simple internal-lib
RUN pip install -e .
RUN pip install ./vendor/thing.whl
