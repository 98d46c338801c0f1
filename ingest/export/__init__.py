"""Exports of the published tables for spreadsheets and other programs, with what a reader needs to cite them."""
