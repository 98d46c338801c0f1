"""Loaders of PAR Warehouse: official documents become checked records, records become a published release."""
