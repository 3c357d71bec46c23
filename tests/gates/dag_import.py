"""Import dags/ as Airflow's DAG processor does, and print what fails: `python -m tests.gates.dag_import`.

A process of its own: Airflow reads its settings, a throw-away home among them, when it is first imported.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Exit code 1 when a file cannot be imported, or when there is no DAG."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            "WAREHOUSE_PROJECT": str(Path.cwd()),
        }
        from airflow.dag_processing.dagbag import BundleDagBag

        folder = Path.cwd() / "dags"
        bag = BundleDagBag(dag_folder=str(folder), bundle_path=folder, bundle_name="dags-folder")
        for file, error in bag.import_errors.items():
            print(f"dags/{Path(file).name}: {error.strip().splitlines()[-1]}")
        if not bag.dags:
            print("dags: holds no DAG")
        return 1 if bag.import_errors or not bag.dags else 0


if __name__ == "__main__":
    sys.exit(main())
