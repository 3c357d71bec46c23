"""Airflow DAG gold_injector: silver → gold, one task per EXEC gold.load_… and gold.refresh_….

Starts by itself when silver_injector has loaded every table.
"""

from airflow.sdk import DAG

from warehouse.injector import dag_arguments, target_tasks

with DAG("gold_injector", description="Silver → gold", doc_md=__doc__, **dag_arguments("gold")) as dag:
    target_tasks("gold")
