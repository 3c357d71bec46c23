"""Airflow DAG bronze_injector: every CSV file that landed → bronze, by BULK INSERT and EXEC bronze.load_….

One task per contract finds the files when it runs, one mapped task per file loads it. Started by hand, or by
the cron expression in WAREHOUSE_AIRFLOW_SCHEDULE. When all files are loaded, silver_injector follows.
"""

from airflow.sdk import DAG

from warehouse.injector import bronze_tasks, dag_arguments

with DAG("bronze_injector", description="Landing → bronze", doc_md=__doc__, **dag_arguments("bronze")) as dag:
    bronze_tasks()
