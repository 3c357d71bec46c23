# The command line, the migrations and the DAGs in one image; docker-compose.yml runs it in several roles.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends unixodbc libgssapi-krb5-2 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/warehouse
COPY requirements/airflow.txt requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/airflow.txt
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --uid 50000 airflow \
    && install --directory --owner airflow /opt/airflow /opt/airflow/logs

ENV AIRFLOW_HOME=/opt/airflow
USER 50000
