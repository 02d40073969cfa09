#!/usr/bin/env python3
"""Train recommendations with Spark 3.5, for logs that the function train-recommendations cannot hold.

PySpark is not in the lock file, and needs Java 17 and Python 3.10 or 3.11. A throw-away environment for this machine:

    python3 -m venv /tmp/spark && . /tmp/spark/bin/activate
    pip install -r requirements.lock && pip install 'pyspark==3.5.*'
    spark-submit --master 'local[*]' --driver-memory 4g scripts/train_spark.py --help

On a cluster the executors need `tablestore`, too, where `export` and `put` run; the checkout's own packages are sent.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "layers" / "core" / "python"))
    from commands.train_spark import main

    sys.exit(main())
