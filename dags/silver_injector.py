"""Airflow DAG silver_injector: bronze → silver, one task per EXEC silver.load_….

Starts by itself when bronze_injector has loaded every file; gold_injector follows.
"""

from airflow.sdk import DAG

from warehouse.injector import dag_arguments, target_tasks

with DAG("silver_injector", description="Bronze → silver", doc_md=__doc__, **dag_arguments("silver")) as dag:
    target_tasks("silver")
