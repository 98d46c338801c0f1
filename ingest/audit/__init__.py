"""What record contracts and dbt tests cannot see: suites over the raw tables, and the release before."""
