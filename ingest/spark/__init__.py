"""The same models on Apache Spark: a cluster on this machine, raw tables from the landing, comparison with DuckDB."""
